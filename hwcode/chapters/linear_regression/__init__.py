"""The chapter on linear regression."""

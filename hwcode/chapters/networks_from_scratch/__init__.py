"""The chapter on networks from scratch."""

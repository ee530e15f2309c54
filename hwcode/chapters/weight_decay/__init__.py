"""The chapter on weight decay."""

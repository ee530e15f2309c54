"""The chapter on networks whose weights are written by hand."""

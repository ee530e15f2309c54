"""The chapter on the implicit bias of optimisers."""

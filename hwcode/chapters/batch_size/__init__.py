"""The chapter on batch size and learning rate."""

"""The truths of the two pages on colourization."""

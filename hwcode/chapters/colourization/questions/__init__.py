"""The questions of the two pages on colourization."""

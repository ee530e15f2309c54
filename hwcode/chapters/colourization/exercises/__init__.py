"""The two problems on colourization with new numbers, a module for each page."""

"""Errata of the two problems on colourization, a module for each page."""

"""What readers take along: notebooks, PDF, EPUB and the whole site in a file.

``make formats`` makes them from the sources of the site, as they were run for it.
"""

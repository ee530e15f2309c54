"""What runs beside a reader's program, in the process that runs it.

Nothing here imports another part of this package, and nothing here knows what is right.
"""

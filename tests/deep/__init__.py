"""Full counts: what the ordinary tests sample. ``python -m tests.deep`` runs and records them."""

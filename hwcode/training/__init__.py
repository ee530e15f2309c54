"""Training: experiments, their records, the engine that runs them. It knows no chapter."""

"""The chapter on the learning rate as a quantity to optimise."""

"""The chapter on logistic regression on two digits."""

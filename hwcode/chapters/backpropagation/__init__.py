"""The chapter on backpropagation, by hand and by counting."""

"""A run of the multilayer perceptron as files to take home."""

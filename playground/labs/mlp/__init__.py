"""The multilayer perceptron: a network on points in the plane."""

"""One neuron, or one hidden layer of a few: small enough for every number to be seen."""

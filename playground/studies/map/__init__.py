"""A network for every cell of a grid of two quantities."""

"""Labs that train many networks at once: comparison, trainability map, race."""

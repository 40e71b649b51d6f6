"""The lab of two players: a generator and a discriminator that learn from each other."""

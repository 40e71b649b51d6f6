"""Deep networks, with skip connections and without: gradients that vanish, and depth that fails."""

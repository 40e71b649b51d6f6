"""Training code shared by the labs: losses, optimizers, the update, slices, state and measurements."""

"""Several optimizers train one network."""

"""Training without a page: one run, from Python or the command line."""

"""Training without a page: one run, a comparison of variants, a trainability map; from Python or the command line."""

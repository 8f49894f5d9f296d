"""Which submissions share code of their own: a list of pairs to look at, and never a verdict."""

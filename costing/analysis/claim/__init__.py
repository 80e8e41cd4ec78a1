"""A public claim put to the test: its probability, its readings, what would turn it."""

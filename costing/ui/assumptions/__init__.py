"""The page « Hypothèses »."""

"""The page « Affirmation »."""

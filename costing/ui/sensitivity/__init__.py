"""The page « Sensibilité »."""

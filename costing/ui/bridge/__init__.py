"""The page « Pont entre deux positions »."""

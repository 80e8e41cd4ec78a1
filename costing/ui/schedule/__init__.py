"""The page « Barème »: a schedule proposed, a frontier, any schedule evaluated."""

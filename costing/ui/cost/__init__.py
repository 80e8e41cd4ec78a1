"""The page « Coût et tarif »."""

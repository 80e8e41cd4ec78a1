"""What the engine can say: comparisons, savings, and later claims and sensitivity."""

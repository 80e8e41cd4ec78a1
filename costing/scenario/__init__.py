"""What one person changed of the reference data, chose, and asks of a schedule."""

"""The sheet « Hypothèses »: written, read, and the state of each value."""

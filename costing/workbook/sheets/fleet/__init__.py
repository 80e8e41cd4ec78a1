"""The sheet « Parc »: written, read."""

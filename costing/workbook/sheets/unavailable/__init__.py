"""The sheet « Non disponible »: written, read."""

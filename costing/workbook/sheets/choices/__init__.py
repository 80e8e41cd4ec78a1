"""The sheet « Choix »: its rows, declared once; written, read."""

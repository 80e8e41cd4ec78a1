"""The sheets « Barème » and « Structure » of an export: written, read."""

"""A returned export computed again: what changed in it, what is not exact."""

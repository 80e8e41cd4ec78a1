"""Quantities: unit, values by class, sources, grades, and the YAML that holds them."""

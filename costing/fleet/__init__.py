"""Machines, one row each: their table, its checks, and the fleet of a later year."""

"""Costing workbench for the technical fee of CT, MRI and PET."""

"""A workbook read into a scenario, or sent back with its faults marked."""

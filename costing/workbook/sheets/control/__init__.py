"""The sheet « Contrôle »: what is still missing of a workbook, counted by live formulas."""

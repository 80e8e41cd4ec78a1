"""The sheets of the import workbook, a folder each where one is both written and read."""

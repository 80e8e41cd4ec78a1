"""Excel in and out: the import workbook, its reading cell by cell, and the exported proposal."""

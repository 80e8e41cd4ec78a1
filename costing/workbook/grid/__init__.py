"""A sheet read as a table: its heads, its rows, what it hides."""

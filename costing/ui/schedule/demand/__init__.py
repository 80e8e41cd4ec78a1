"""The form of what is demanded of a schedule, on the page « Barème »."""

"""Fee schedules typed by hand or imported: their entries and their file."""

"""The gap between two scenarios, split among their differences."""

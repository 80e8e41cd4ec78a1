"""What is wrong with what was given: named errors with a place, and their words."""

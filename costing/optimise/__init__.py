"""Fee schedules that meet a savings target under constraints."""

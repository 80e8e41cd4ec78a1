"""How long work runs: its progress, and array tasks side by side."""

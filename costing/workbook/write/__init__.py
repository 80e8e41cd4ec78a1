"""How sheets are written and laid out: safely, alike, and printable."""

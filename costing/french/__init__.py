"""Numbers and dates as French readers write them; not here: what a screen, sheet or file is."""

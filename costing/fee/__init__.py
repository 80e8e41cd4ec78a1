"""The technical fee: bands, rates in force at each date, revenue; the file of official rates."""

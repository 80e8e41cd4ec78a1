"""Numbers, amounts and dates as French writes and reads them."""

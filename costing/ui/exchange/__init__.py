"""The page « Import / export »."""

"""Which inputs make a result uncertain, and which datum is worth collecting next."""

"""A scenario on the reference: all that a computation needs, in one hand; and costs."""

"""A fleet and a schedule under draws of what is not known."""

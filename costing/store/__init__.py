"""Scenarios and their revisions in a database; work in progress."""

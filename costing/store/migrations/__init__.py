"""How the tables came to be as they are: one file of `versions` a change, run by Alembic in order.

A file that has been released is never edited: databases have gone through it.
"""

"""Where scenarios are kept: the database, its tables, every revision, drafts."""

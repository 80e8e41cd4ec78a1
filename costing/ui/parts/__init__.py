"""What several pages show alike: tables, charts, fields, words."""

"""The migrations, first to last; `down_revision` of each names the one before."""

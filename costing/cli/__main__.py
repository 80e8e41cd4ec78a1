"""`python -m costing.cli`, for those who run it without installing the entry point."""

from __future__ import annotations

from costing.cli import main

main()

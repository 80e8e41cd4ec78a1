"""Databases to try the store on, and statements of somebody who goes around the program."""

from __future__ import annotations

import os
from typing import Any

import sqlalchemy as sa

POSTGRESQL = os.environ.get("COSTING_TEST_POSTGRESQL_URL")


def query(url: str, statement: str) -> list[Any]:
    """Run a statement as somebody who goes around the program."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(sa.text(statement))
            return list(result) if result.returns_rows else []
    finally:
        engine.dispose()

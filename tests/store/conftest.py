"""An empty database for each test: SQLite, and PostgreSQL where there is one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.programs import absent
from tests.store.databases import POSTGRESQL


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database; on PostgreSQL a schema of its own, dropped afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite'}"
        return
    if not POSTGRESQL:
        absent("COSTING_TEST_POSTGRESQL_URL names no database")
    schema = f"costing_test_{secrets.token_hex(6)}"
    whole = sa.create_engine(POSTGRESQL)
    with whole.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    own = whole.url.update_query_dict({"options": f"-csearch_path={schema}"})
    yield own.render_as_string(hide_password=False)
    with whole.begin() as connection:
        connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
    whole.dispose()

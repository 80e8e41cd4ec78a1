"""The database behind the store: where it is, its tables, its transactions.

One SQLAlchemy URL: SQLite serves one person, PostgreSQL a group. Revisions are only ever added, and
triggers refuse anything else, also to whoever goes around the program: a history that can be
rewritten proves nothing between people who disagree. Not here: what the rows mean (`store`).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from platformdirs import user_data_path
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from costing.problems.errors import InputError, problem

URL_VARIABLE = "COSTING_DATABASE_URL"
# busy_timeout comes first: the others may have to wait for another process.
_PRAGMAS = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


class StoreUnavailableError(InputError):
    """The database cannot be opened, read or written."""


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """A moment in UTC, also where the database keeps no time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> Any:
        """Put the time zone back, or turn the server's one into UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


METADATA = sa.MetaData()
SCENARIOS = sa.Table(
    "scenarios",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
)
FLEETS = sa.Table(
    "fleets",
    METADATA,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)
REVISIONS = sa.Table(
    "revisions",
    METADATA,
    # Of two people who save at once, this key lets one through, and only one.
    sa.Column("scenario_id", sa.ForeignKey("scenarios.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("parent", sa.Integer),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("changes", sa.JSON, nullable=False),
    sa.Column("fleet_hash", sa.ForeignKey("fleets.hash")),
    sa.Column("content", sa.Text, nullable=False),
    sa.CheckConstraint("number >= 1", name="revisions_number"),
    sa.ForeignKeyConstraint(
        ["scenario_id", "parent"], ["revisions.scenario_id", "revisions.number"]
    ),
)

_APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER %(table)s_no_{verb} BEFORE {verb} ON %(table)s"
        " BEGIN SELECT RAISE(ABORT, '%(table)s is append-only'); END"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION costing_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'this table is append-only'; END$$",
        "CREATE TRIGGER %(table)s_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %(table)s"
        " FOR EACH STATEMENT EXECUTE FUNCTION costing_append_only()",
    ],
}
for _table in METADATA.sorted_tables:
    for _dialect, _statements in _APPEND_ONLY.items():
        for _statement in _statements:
            _ddl: Any = sa.DDL(_statement)  # type: ignore[no-untyped-call]
            event.listen(_table, "after_create", _ddl.execute_if(dialect=_dialect))

#: Work that is not saved yet: it alone is rewritten and forgotten.
DRAFTS = sa.Table(
    "drafts",
    METADATA,
    sa.Column("token", sa.String(32), primary_key=True),
    sa.Column("scenario_id", sa.String(32)),
    sa.Column("number", sa.Integer),
    sa.Column("kept_at", UtcDateTime, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)


class Database:
    """An open database; threads may share one.

    Raises:
        StoreUnavailableError: from every method, when it does not answer or refuses.
    """

    def __init__(self, url: str | None = None) -> None:
        """Open, and make the tables that are missing.

        Args:
            url: SQLAlchemy URL; without it the variable COSTING_DATABASE_URL, and without that a
                SQLite file in the user's data directory.
        """
        try:
            where = sa.make_url(url or os.environ.get(URL_VARIABLE) or default_url())
            self.url = where.render_as_string(hide_password=True)
            self._engine = sa.create_engine(where, pool_pre_ping=True)
        except (ArgumentError, ImportError, OSError) as error:
            raise _unavailable(getattr(self, "url", URL_VARIABLE), error) from error
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _set_up_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        try:
            self._create_tables()
        except (IntegrityError, StoreUnavailableError):
            # Another process may have been making the same tables; if so they are there by now.
            self._create_tables()

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    @contextmanager
    def begin(self, write: bool = False) -> Iterator[sa.Connection]:
        """A transaction, committed at the end of the block. `IntegrityError` goes through."""
        try:
            with self._engine.execution_options(costing_write=write).begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise _unavailable(self.url, error.orig) from error

    def _create_tables(self) -> None:
        with self.begin(write=True) as connection:
            METADATA.create_all(connection)


def default_url() -> str:
    """A SQLite file in the user's data directory, which is made when it is missing."""
    directory = user_data_path("costing", appauthor=False, ensure_exists=True)
    return sa.URL.create("sqlite", database=str(directory / "scenarios.sqlite")).render_as_string()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """Wait for others; a commit is on the disk; references are checked."""
    # The driver's own implicit transactions would leave the making of tables outside of any.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes its lock at once: one that read first could no longer wait for its turn.
    write = connection.get_execution_options().get("costing_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _unavailable(where: str, error: BaseException | None) -> StoreUnavailableError:
    detail = str(error).strip().split("\n", 1)[0]
    return StoreUnavailableError(
        problem("store_unavailable", None, where, detail=detail, variable=URL_VARIABLE)
    )

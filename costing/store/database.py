"""The database behind the store: where it is, its tables, its transactions.

One SQLAlchemy URL: SQLite serves one person, PostgreSQL a group. Revisions are only ever added, and
triggers refuse anything else, also to whoever goes around the program: a history that can be
rewritten proves nothing between people who disagree. Not here: what the rows mean (`store`), nor
how the tables come to be as they are written here (`schema`).
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from platformdirs import user_data_path
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from costing.problems.errors import InputError, problem
from costing.store import schema

URL_VARIABLE = "COSTING_DATABASE_URL"


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
        """Open, and bring the tables to those of this version.

        Args:
            url: SQLAlchemy URL; without it the variable COSTING_DATABASE_URL, and without that a
                SQLite file in the user's data directory.

        Raises:
            SchemaError: the tables are those of another program, or of an unknown version.
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
        self._migrate()
        if self._engine.dialect.name == "sqlite":
            self._keep_journal()

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    @contextmanager
    def begin(self, write: bool = False, *, migrate: bool = False) -> Iterator[sa.Connection]:
        """A transaction, committed at the end of the block. `IntegrityError` goes through."""
        options = self._engine.execution_options(costing_write=write, costing_migrate=migrate)
        try:
            with options.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise _unavailable(self.url, error.orig) from error

    def _migrate(self) -> None:
        with self.begin() as connection:
            if schema.is_present(connection):
                return
        try:
            with self.begin(write=True, migrate=True) as connection:
                schema.upgrade(connection)
        except IntegrityError as error:
            raise _unavailable(self.url, error.orig) from error

    def _keep_journal(self) -> None:
        """Let others read a SQLite file while one writes."""
        # The file keeps it: another program's must have been refused by now.
        with self._engine.connect() as connection:
            try:
                connection.connection.cursor().execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                raise _unavailable(self.url, error) from error


def default_url() -> str:
    """A SQLite file in the user's data directory, which is made when it is missing."""
    directory = user_data_path("costing", appauthor=False, ensure_exists=True)
    return sa.URL.create("sqlite", database=str(directory / "scenarios.sqlite")).render_as_string()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """Wait for others, before anything else; a commit is on the disk."""
    # The driver's own implicit transactions would leave the making of tables outside of any.
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    # A migration drops a table to rebuild it, while others refer to it. Told before the
    # transaction, inside of which SQLite ignores it.
    checked = "OFF" if options["costing_migrate"] else "ON"
    connection.exec_driver_sql(f"PRAGMA foreign_keys={checked}")
    # A writer takes its lock at once: one that read first could no longer wait for its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options["costing_write"] else "BEGIN")


def _unavailable(where: str, error: BaseException | None) -> StoreUnavailableError:
    detail = str(error).strip().split("\n", 1)[0]
    return StoreUnavailableError(
        problem("store_unavailable", None, where, detail=detail, variable=URL_VARIABLE)
    )

"""The tables that a database has, brought by migrations to those of this version.

`migrations` says what changes; here is said which databases may be changed, and that the history
stays unalterable afterwards. Not here: the tables as the program reads them (`database`).
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from costing.problems.errors import InputError, problem

#: The last migration. Alembic knows it too, but takes longer to import than a store to open.
HEAD = "0001"
FOLDER = Path(__file__).parent / "migrations"
#: Tables whose rows nobody changes or removes, whatever program they use.
APPEND_ONLY = ("scenarios", "fleets", "revisions")
_TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS {{table}}_no_{verb} BEFORE {verb} ON {{table}}"
        " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION costing_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'this table is append-only'; END$$",
        "DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
        "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION costing_append_only()",
    ],
}
# Any number will do, as long as it is always this one.
_POSTGRESQL_LOCK = 0x636F7374


class SchemaError(InputError):
    """A database whose tables no migration starts from; nothing in it has been changed."""


def is_present(connection: sa.Connection) -> bool:
    """Whether the database says that it has the tables of this version."""
    return _revisions(connection) == {HEAD}


def upgrade(connection: sa.Connection) -> None:
    """Make the tables, or change those that are there, in the caller's transaction.

    The transaction must already keep other writers out of a SQLite file, and check no reference.

    Raises:
        SchemaError: another program's database, or one whose tables are those of no version, or of
            a later one.
    """
    # Imported when there is something to migrate: it takes longer than opening a store.
    from alembic import command  # noqa: PLC0415 - Alembic takes a third of a second to import
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_POSTGRESQL_LOCK)))
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    supported = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    present = _revisions(connection)
    if present == {HEAD}:
        return  # Another process did it while this one waited for its turn.
    if present - supported:
        raise SchemaError(
            problem(
                "store_newer", None, _address(connection), revisions=_listed(present - supported)
            )
        )
    if not present:
        _check_first_tables(connection)
    command.upgrade(config, "head")
    _forbid_changes(connection)


def _revisions(connection: sa.Connection) -> set[str]:
    """What Alembic has written; empty in a database that it never saw."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))


def _check_first_tables(connection: sa.Connection) -> None:
    """Let through a database that is empty, or was made before there were migrations.

    Raises:
        SchemaError: it is neither.
    """
    from costing.store.migrations.versions.v0001_tables import TABLES  # noqa: PLC0415 - Alembic

    met = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    ours = met & TABLES.tables.keys()
    if not met:
        return
    if not ours:
        raise SchemaError(problem("store_foreign", None, _address(connection), tables=_listed(met)))
    there = sa.MetaData()
    there.reflect(connection, only=sorted(ours), resolve_fks=False)
    # The very first had no drafts: the first migration makes them.
    expected = TABLES.tables.keys() - ({"drafts"} - met)
    before, first = _columns(there, ours, connection), _columns(TABLES, expected, connection)
    if before != first:
        missing, extra = _listed(first - before), _listed(before - first)
        address = _address(connection)
        raise SchemaError(problem("store_layout", None, address, missing=missing, extra=extra))


def _columns(tables: sa.MetaData, names: set[str], connection: sa.Connection) -> set[str]:
    """Every column in the words of the database: `revisions.number INTEGER NOT NULL`."""
    return {
        f"{name}.{CreateColumn(column).compile(dialect=connection.dialect)}"
        for name in names
        for column in tables.tables[name].columns
    }


def _forbid_changes(connection: sa.Connection) -> None:
    """Make the triggers anew: a table that a migration rebuilt has lost its own without a word."""
    for table in APPEND_ONLY:
        for statement in _TRIGGERS[connection.dialect.name]:
            connection.exec_driver_sql(statement.format(table=table))


def _address(connection: sa.Connection) -> str:
    """The URL of a database, its password left out."""
    return connection.engine.url.render_as_string()


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "–"

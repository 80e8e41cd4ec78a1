"""Migrations: what was saved before opens, the history stays unalterable, or nothing is touched."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from costing.scenario.scenario import Scenario
from costing.store import schema
from costing.store.database import METADATA, Database, StoreUnavailableError
from costing.store.schema import SchemaError
from costing.store.store import Store
from tests.store.databases import query

#: The last migration, and one more that is tried after it.
HEAD = schema.HEAD
TRIAL = f"{int(HEAD) + 1:04d}"
FIRST = Path(__file__).with_name("first_tables.sql").read_text(encoding="utf-8")
OURS = ("scenarios", "fleets", "revisions", "drafts")
# What the program without migrations wrote on a server, where a trigger calls a function.
SERVER_TRIGGERS = """
CREATE OR REPLACE FUNCTION costing_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION 'this table is append-only'; END$$;
""" + "".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION costing_append_only();\n"
    for table in ("scenarios", "fleets", "revisions")
)


def run(url: str, script: str) -> None:
    """Run several statements as written."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        raw: Any = connection.connection.driver_connection
        raw.executescript(script) if engine.dialect.name == "sqlite" else raw.execute(script)
    engine.dispose()


def all_of(url: str) -> dict[str, Any]:
    """Every table, column and row, to tell whether anything was touched."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        content = {
            name: (
                [repr(column) for column in inspector.get_columns(name)],
                sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {name}")))),
            )
            for name in inspector.get_table_names()
        }
    engine.dispose()
    return content


@pytest.fixture
def former(url: str) -> str:
    """A database of the program without migrations."""
    server = "SET TIME ZONE 'UTC';" + FIRST.replace("DATETIME", "TIMESTAMP WITH TIME ZONE")
    tables = server[: server.index("CREATE TRIGGER")]
    run(url, FIRST if url.startswith("sqlite") else tables + SERVER_TRIGGERS)
    return url


@pytest.fixture
def second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A version of the program that has a second migration, given by its lines."""

    def add(lines: str) -> None:
        folder = tmp_path / "migrations 100 %"
        shutil.copytree(schema.FOLDER, folder)
        head = "import sqlalchemy as sa\nfrom alembic import op\n"
        head += f'revision, down_revision = "{TRIAL}", "{HEAD}"\n\ndef upgrade():\n'
        body = textwrap.indent(textwrap.dedent(lines), "    ")
        (folder / "versions" / f"v{TRIAL}_trial.py").write_text(head + body)
        monkeypatch.setattr(schema, "FOLDER", folder)
        monkeypatch.setattr(schema, "HEAD", TRIAL)

    return add


# A server changes a table where it is; there the trigger is made to go as with a table rebuilt.
REBUILD = """
    sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("revisions", recreate="always" if sqlite else "never") as batch:
        batch.add_column(sa.Column("note", sa.Text))
    if not sqlite:
        op.execute("DROP TRIGGER revisions_append_only ON revisions")
"""


# Made by migrations


def test_the_program_and_the_migrations_have_the_same_tables(url: str) -> None:
    Store(url).close()
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_the_last_migration_is_the_one_that_the_program_looks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_a_new_file_is_what_was_made_without_migrations(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    Store(f"sqlite:///{path}").close()
    asked = "SELECT sql FROM sqlite_master WHERE sql NOT NULL AND name NOT LIKE 'alembic%'"
    with sqlite3.connect(path) as new, sqlite3.connect(":memory:") as old:
        old.executescript(FIRST)
        made, expected = (
            {" ".join(sql.split()) for (sql,) in each.execute(asked)} for each in (new, old)
        )
    new.close()
    old.close()
    assert made == expected
    assert len(made) == 4 + 6


def test_a_database_that_is_up_to_date_opens_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    script = "import sys; from costing.store.store import Store; Store(sys.argv[1]).close()\n"
    script += "print('alembic' in sys.modules)"
    command = [sys.executable, "-c", script, url]
    said = [subprocess.check_output(command, text=True) for _ in range(2)]
    assert said == ["True\n", "False\n"]


# What was saved before


@pytest.mark.parametrize("migrated", [False, True], ids=["stamped", "migrated"])
def test_what_was_saved_without_migrations_opens_and_goes_on(
    former: str, second: Callable[[str], None], migrated: bool
) -> None:
    before = all_of(former)
    if migrated:
        second('op.create_table("later", sa.Column("id", sa.Integer))')
    for _ in range(2):
        with Store(former) as store:
            listed = [tuple(row)[:4] for row in store.list_scenarios()]
            assert listed == [
                ("contreprop33", "Contre-proposition", 1, "Eve"),
                ("parcdessai22", "Été « 1,5 T »", 2, "Ali"),
            ]
            last = store.load("parcdessai22")
            assert last.saved_at.isoformat() == "2026-11-02T10:00:00.500000+00:00"
            assert [override.mode for override in last.scenario.overrides] == [1.1e6]
            assert last.scenario.fleet is not None
            assert last.scenario.fleet.columns["acts_billed"] == (8000, 6500.5, 0)
            assert store.load("parcdessai22", 1).scenario.overrides == ()
            draft = store.drafts.load("brouillon-22")
            assert draft is not None
            assert (draft.scenario_id, draft.number) == ("parcdessai22", 2)
            assert draft.scenario.overrides[0].mode == 1.2e6
    after = all_of(former)
    assert {name: after[name] for name in OURS} == before
    assert query(former, "SELECT * FROM alembic_version") == [(TRIAL if migrated else HEAD,)]
    with Store(former) as store:
        assert store.save("parcdessai22", Scenario(seed=5), "Zoé", "suite", 2).number == 3
    for statement in ("UPDATE revisions SET reason = 'x'", "DELETE FROM scenarios"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            query(former, statement)


def test_a_database_from_before_the_drafts_gets_them(former: str) -> None:
    run(former, "DROP TABLE drafts")
    before = all_of(former)
    with Store(former) as store:
        assert store.drafts.load(store.drafts.keep("", None, None, Scenario(seed=5)))
    after = all_of(former)
    assert {name: after[name] for name in before} == before


REFUSED = {
    "a column is missing": (
        "ALTER TABLE revisions DROP COLUMN reason", "store_layout", "revisions.reason TEXT NOT NULL"
    ),
    "a table is missing": (
        "DROP TABLE revisions", "store_layout", "revisions.name TEXT NOT NULL"
    ),
    "a column is in excess": (
        "ALTER TABLE drafts ADD COLUMN note VARCHAR(9)", "store_layout", "drafts.note VARCHAR(9)"
    ),
    "another program": (
        "DROP TABLE revisions; DROP TABLE fleets; DROP TABLE scenarios; DROP TABLE drafts;"
        "CREATE TABLE clients (id INTEGER)", "store_foreign", "clients"
    ),
    "a later version": (
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);"
        "INSERT INTO alembic_version VALUES ('0417')", "store_newer", "0417"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "code", "met"), REFUSED.values(), ids=REFUSED)
def test_tables_of_no_known_version_are_refused_and_left(
    former: str, tmp_path: Path, change: str, code: str, met: str
) -> None:
    run(former, change)
    path = tmp_path / "store.sqlite"
    content, file = all_of(former), path.read_bytes() if path.exists() else b""
    with pytest.raises(SchemaError) as caught:
        Store(former)
    assert caught.value.problems[0].code == code
    for language, kept in (("fr", "Rien n'y a été changé"), ("en", "Nothing in it was changed")):
        words = caught.value.text(language)  # type: ignore[arg-type]
        assert met in words
        assert kept in words
        assert former.partition("?")[0] in words
    assert all_of(former) == content
    assert (path.read_bytes() if path.exists() else b"") == file


# Two at once


OPENER = """
import sys
from pathlib import Path
from costing.store.store import Store

url, folder, me, others = sys.argv[1:]
Path(folder, me).touch()
while len(list(Path(folder).iterdir())) < int(others):
    pass
with Store(url) as store:
    print(len(store.list_scenarios()))
"""


@pytest.mark.slow
@pytest.mark.parametrize("made", [False, True], ids=["new", "former"])
def test_several_processes_open_a_database_at_the_same_time(
    url: str, tmp_path: Path, request: pytest.FixtureRequest, made: bool
) -> None:
    if made:
        request.getfixturevalue("former")
    folder = tmp_path / "barrier"
    folder.mkdir()
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, url, str(folder), str(me), "4"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for me in range(4)
    ]
    try:
        said = [opener.communicate(timeout=120)[0] for opener in openers]
    finally:
        for opener in openers:
            opener.kill()
    assert said == ["2\n" if made else "0\n"] * 4
    assert query(url, "SELECT * FROM alembic_version") == [(HEAD,)]


# A later migration


@pytest.mark.parametrize(
    "fails",
    ["op.execute('SELECT nonsense FROM nowhere')", "op.execute('INSERT INTO later VALUES (1)')"],
    ids=["nonsense", "a row that a check refuses"],
)
def test_a_migration_that_fails_leaves_the_database_as_it_was(
    former: str, second: Callable[[str], None], fails: str
) -> None:
    Store(former).close()
    before = all_of(former)
    later = "op.create_table('later', sa.Column('id', sa.Integer, sa.CheckConstraint('id > 1')))"
    second(f"{later}\n{textwrap.dedent(REBUILD)}\n{fails}")
    with pytest.raises(StoreUnavailableError):
        Store(former)
    assert all_of(former) == before
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        query(former, "UPDATE revisions SET reason = 'x'")


def test_a_rebuilt_table_stays_unalterable_and_checked(
    former: str, second: Callable[[str], None]
) -> None:
    second(REBUILD)
    with Store(former) as store:
        assert store.save("parcdessai22", Scenario(seed=5), "Zoé", "suite", 2).number == 3
    assert query(former, "SELECT count(*) FROM revisions WHERE note IS NULL") == [(4,)]
    for table, column in (("scenarios", "id"), ("revisions", "reason"), ("fleets", "content")):
        for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(sa.exc.DBAPIError, match="append-only"):
                query(former, statement)
    others = "saved_at, author, reason, changes, content"
    copied = f"INSERT INTO revisions (scenario_id, number, hash, name, fleet_hash, {others})"
    row = f"{others} FROM revisions WHERE scenario_id = 'contreprop33'"
    for values, refusal in (
        ("'nowhere', 1, hash, name, NULL", "(?i)foreign key"),
        ("scenario_id, 9, hash, name, 'x'", "(?i)foreign key"),
        ("scenario_id, 0, hash, name, NULL", "revisions_number"),
    ):
        with (
            closing(Database(former)) as database,
            pytest.raises(sa.exc.IntegrityError, match=refusal),
            database.begin(write=True) as connection,
        ):
            connection.execute(sa.text(f"{copied} SELECT {values}, {row}"))

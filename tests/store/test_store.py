"""The store: what goes in comes out, nothing is overwritten unseen, nothing acknowledged is lost.

Each test of the store itself runs on SQLite, and on PostgreSQL when COSTING_TEST_POSTGRESQL_URL
names a database (in a schema of its own, dropped afterwards).
"""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from costing.fleet.table import FleetTable
from costing.problems.errors import ConflictError, ScenarioError
from costing.scenario.rules import ScheduleRules
from costing.scenario.scenario import Difference, Override, Scenario
from costing.store.database import Database, StoreUnavailableError
from costing.store.store import DamagedRevisionError, StaleRevisionError, Store, differences
from tests.store.databases import query
from tests.strategies import scenarios

PRICE = "irm.purchase_price.irm_1_5t"
FLEET = FleetTable(
    year=2024,
    label="Parc d'essai",
    columns={"machine_id": ("a", "b", "c"), "acts_billed": (8000, 6500.5, 0)},
)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as opened:
        yield opened


def priced(scenario: Scenario, mode: float) -> Scenario:
    return scenario.with_override(Override(parameter=PRICE, mode=mode))


# Round trip


def test_what_is_saved_is_loaded_with_who_when_and_why(store: Store) -> None:
    before = dt.datetime.now(dt.UTC)
    scenario = priced(Scenario(name="Été « 1,5 T »", description="à débattre", fleet=FLEET), 9e5)
    first = store.create(scenario, "Zoé", "départ")
    second = store.save(first.scenario_id, priced(scenario, 1.1e6), "Ali", "devis du 3 mai", 1)

    loaded = store.load(first.scenario_id)
    assert loaded == second
    assert loaded.scenario == priced(scenario, 1.1e6)
    assert (loaded.number, loaded.parent, loaded.author, loaded.reason) == (
        2, 1, "Ali", "devis du 3 mai",
    )  # fmt: skip
    assert loaded.changes == [Difference(f"overrides.{PRICE}.mode", 9e5, 1.1e6)]
    assert loaded.hash == loaded.scenario.hash
    assert before <= first.saved_at <= second.saved_at <= dt.datetime.now(dt.UTC)
    assert loaded.saved_at.utcoffset() == dt.timedelta(0)

    assert store.load(first.scenario_id, 1) == first
    assert first.scenario == scenario
    assert (first.number, first.parent, first.changes) == (1, None, [])


def test_it_is_there_after_reopening(url: str) -> None:
    with Store(url) as store:
        saved = store.create(Scenario(seed=7), "Zoé", "départ")
    with Store(url) as store:
        assert store.load(saved.scenario_id) == saved


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=scenarios(), second=scenarios(fleet=True))
def test_any_scenario_saved_and_loaded_is_equal(
    store: Store, first: Scenario, second: Scenario
) -> None:
    created = store.create(first, "Zoé", "départ")
    saved = store.save(created.scenario_id, second, "Ali", "suite", 1)
    assert store.load(created.scenario_id, 1).scenario == first
    assert store.load(created.scenario_id, saved.number).scenario == second
    assert store.load(created.scenario_id).hash == second.hash
    assert saved.changes == differences(first, second)


def test_history_and_list(store: Store) -> None:
    old = store.create(Scenario(name="A"), "Zoé", "départ")
    other = store.create(Scenario(name="B"), "Ali", "contre-proposition")
    store.save(old.scenario_id, Scenario(name="A bis", seed=1), "Eve", "autre graine", 1)

    history = store.history(old.scenario_id)
    assert [(h.number, h.name, h.author) for h in history] == [(1, "A", "Zoé"), (2, "A bis", "Eve")]
    assert history[1].changes == store.load(old.scenario_id).changes
    assert not hasattr(history[1], "scenario")

    listed = store.list_scenarios()
    assert [tuple(row)[:4] for row in listed] == [
        (old.scenario_id, "A bis", 2, "Eve"),
        (other.scenario_id, "B", 1, "Ali"),
    ]
    assert listed[0].saved_at == history[1].saved_at


def test_ids_can_stand_in_an_address_and_after_a_command(store: Store) -> None:
    ids = {store.create(Scenario(), "Zoé", "").scenario_id for _ in range(20)}
    assert len(ids) == 20
    assert all(each.isalnum() and each.isascii() and len(each) <= 16 for each in ids)


def test_the_same_content_adds_no_revision(store: Store) -> None:
    first = store.create(priced(Scenario(fleet=FLEET), 9e5), "Zoé", "départ")
    second = store.save(first.scenario_id, first.scenario, "Ali", "rien", 1)
    assert second == first
    renamed = first.scenario.model_copy(update={"name": "Autre nom"})
    assert store.save(first.scenario_id, renamed, "Ali", "nom", 1).number == 2
    assert store.save(first.scenario_id, first.scenario, "Ali", "rien", 1).number == 2
    assert len(store.history(first.scenario_id)) == 2


@pytest.mark.parametrize("number", [None, 1])
def test_an_unknown_scenario_is_refused(store: Store, number: int | None) -> None:
    with pytest.raises(ScenarioError, match="inconnu-ici") as caught:
        store.load("inconnu-ici", number)
    assert caught.value.problems[0].code == "scenario_unknown"


def test_an_unknown_revision_is_refused_everywhere(store: Store) -> None:
    known = store.create(Scenario(), "Zoé", "départ").scenario_id
    for attempt in (
        lambda: store.load(known, 2),
        lambda: store.load(known, 0),
        lambda: store.save(known, Scenario(seed=1), "Ali", "", 7),
        lambda: store.save("inconnu", Scenario(seed=1), "Ali", "", 1),
        lambda: store.history("inconnu"),
    ):
        with pytest.raises(ScenarioError) as caught:
            attempt()
        assert caught.value.problems[0].code == "scenario_unknown"
    assert len(store.history(known)) == 1


# Fleets


def test_a_fleet_saved_twice_is_stored_once(url: str, store: Store) -> None:
    first = store.create(Scenario(fleet=FLEET), "Zoé", "départ")
    store.save(first.scenario_id, Scenario(fleet=FLEET, seed=1), "Zoé", "graine", 1)
    reordered = FLEET.model_copy(update={"columns": dict(reversed(FLEET.columns.items()))})
    other = store.create(Scenario(fleet=reordered), "Ali", "le même parc")
    assert query(url, "SELECT count(*) FROM fleets") == [(1,)]
    assert store.load(first.scenario_id).scenario.fleet == FLEET
    assert store.load(other.scenario_id).scenario.fleet == FLEET
    assert query(url, "SELECT count(*) FROM revisions WHERE content LIKE '%acts_billed%'") == [(0,)]


def test_a_change_of_fleet_is_told_in_a_few_words(store: Store) -> None:
    first = store.create(Scenario(), "Zoé", "départ")
    store.save(first.scenario_id, Scenario(fleet=FLEET, seed=1), "Zoé", "parc", 1)
    columns = {name: values[:2] for name, values in FLEET.columns.items()}
    smaller = FLEET.model_copy(update={"columns": columns})
    store.save(first.scenario_id, Scenario(fleet=smaller, seed=1), "Zoé", "un de moins", 2)

    second, third = store.history(first.scenario_id)[1:]
    before, after = second.fleet_hash, third.fleet_hash
    assert before is not None and after is not None and before != after
    assert second.changes == [
        Difference("seed", 2024, 1),
        Difference("fleet.hash", None, before),
        Difference("fleet.year", None, 2024),
        Difference("fleet.label", None, "Parc d'essai"),
        Difference("fleet.machines", None, 3),
    ]
    assert third.changes == [
        Difference("fleet.hash", before, after),
        Difference("fleet.year", 2024, 2024),
        Difference("fleet.label", "Parc d'essai", "Parc d'essai"),
        Difference("fleet.machines", 3, 2),
    ]


# Append-only, and whole


@pytest.mark.parametrize("table", ["scenarios", "revisions", "fleets"])
def test_a_row_can_be_neither_changed_nor_removed(url: str, store: Store, table: str) -> None:
    saved = store.create(Scenario(fleet=FLEET), "Zoé", "départ")
    key = {"scenarios": "id", "revisions": "reason", "fleets": "content"}[table]
    for statement in (f"UPDATE {table} SET {key} = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            query(url, statement)
    assert store.load(saved.scenario_id) == saved


TAMPERINGS = {
    "a value": "UPDATE revisions SET content = replace(content, '2024', '2025')",
    "the name": "UPDATE revisions SET content = replace(content, 'Juste', 'Faux')",
    "the hash": "UPDATE revisions SET hash = 'x'",
    "not JSON": "UPDATE revisions SET content = '{'",
    "a text for a number": "UPDATE revisions SET content = replace(content, '2024', '\"x\"')",
    "the fleet": "UPDATE fleets SET content = replace(content, '6500.5', '6500')",
    "half of the fleet": "UPDATE fleets SET content = substr(content, 1, 40)",
    "another fleet": "UPDATE revisions SET fleet_hash = NULL",
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_revision_that_was_tampered_with_is_not_loaded(tmp_path: Path, statement: str) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with Store(url) as store:
        saved = store.create(Scenario(name="Juste", fleet=FLEET), "Zoé", "départ")
        for table in ("revisions", "fleets"):
            query(url, f"DROP TRIGGER {table}_no_update")
        query(url, statement)
        with pytest.raises(DamagedRevisionError) as caught:
            store.load(saved.scenario_id)
        assert saved.scenario_id in caught.value.text("fr")
        assert "no longer what was saved" in caught.value.text("en")


def test_a_format_of_a_later_version_is_not_called_damage(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with Store(url) as store:
        saved = store.create(Scenario(), "Zoé", "départ")
        query(url, "DROP TRIGGER revisions_no_update")
        query(url, "UPDATE revisions SET content = replace(content, 'mat\": 1', 'mat\": 9')")
        with pytest.raises(ScenarioError) as caught:
            store.load(saved.scenario_id)
        assert caught.value.problems[0].code == "scenario_format"


# Two people at once


def test_a_stale_save_is_refused_and_shows_both_differences(store: Store) -> None:
    start = priced(Scenario(), 9e5)
    first = store.create(start, "Zoé", "départ")
    theirs = priced(start, 1.2e6)
    store.save(first.scenario_id, theirs, "Ali", "devis", 1)
    mine = start.model_copy(update={"rules": ScheduleRules(no_rise=False), "fleet": FLEET})

    with pytest.raises(StaleRevisionError) as caught:
        store.save(first.scenario_id, mine, "Zoé", "hausse admise", 1)
    error = caught.value
    assert isinstance(error, ConflictError)
    assert (error.base, error.latest) == (first, store.load(first.scenario_id))
    key = f"overrides.{PRICE}.mode"
    assert error.meanwhile == [Difference(key, 9e5, 1.2e6)]
    assert error.pending[:2] == [
        Difference(key, 1.2e6, 9e5),
        Difference("rules.no_rise", True, False),
    ]
    assert error.pending[-1] == Difference("fleet.machines", None, 3)
    assert "Ali a enregistré la révision 2 (devis)" in error.text()
    assert "Ali saved revision 2 (devis)" in error.text("en")

    assert [h.number for h in store.history(first.scenario_id)] == [1, 2]
    merged = priced(mine, 1.2e6)
    assert store.save(first.scenario_id, merged, "Zoé", "hausse admise", 2).number == 3


def test_a_save_far_behind_is_compared_with_the_last(store: Store) -> None:
    first = store.create(Scenario(), "Zoé", "départ")
    for base in (1, 2, 3):
        store.save(first.scenario_id, Scenario(seed=base), "Ali", "", base)
    with pytest.raises(StaleRevisionError) as caught:
        store.save(first.scenario_id, Scenario(seed=9), "Zoé", "", 2)
    assert caught.value.latest.number == 4
    assert caught.value.meanwhile == [Difference("seed", 1, 3)]
    assert caught.value.pending == [Difference("seed", 3, 9)]


SAVER = """
import sys, time
from pathlib import Path
from costing.fleet.table import FleetTable
from costing.scenario.scenario import Scenario
from costing.store.store import StaleRevisionError, Store

url, scenario_id, who, folder, rounds = sys.argv[1:]
with Store(url) as store:
    for base in range(1, int(rounds) + 1):
        fleet = FleetTable(year=2024, label=str(base), columns={"acts_billed": (1, 2, 3)})
        scenario = Scenario(description=f"{who} {base}", seed=base, fleet=fleet)
        Path(folder, f"{base}-{who}").touch()
        while len(list(Path(folder).glob(f"{base}-*"))) < 2:
            pass
        try:
            print("saved", store.save(scenario_id, scenario, who, "course", base).number)
        except StaleRevisionError as error:
            print("stale", error.latest.number)
"""


def test_of_two_processes_from_the_same_base_exactly_one_wins(url: str, tmp_path: Path) -> None:
    rounds = 20
    with Store(url) as store:
        scenario_id = store.create(Scenario(), "Zoé", "départ").scenario_id
        folder = tmp_path / "barrier"
        folder.mkdir()
        savers = [
            subprocess.Popen(
                [sys.executable, "-c", SAVER, url, scenario_id, who, str(folder), str(rounds)],
                stdout=subprocess.PIPE,
                text=True,
            )
            for who in ("Ali", "Eve")
        ]
        try:
            said = [saver.communicate(timeout=120)[0].splitlines() for saver in savers]
        finally:
            for saver in savers:
                saver.kill()
        assert [saver.returncode for saver in savers] == [0, 0]
        history = store.history(scenario_id)
    assert [h.number for h in history] == list(range(1, rounds + 2))
    for base, pair in enumerate(zip(*said, strict=True), start=1):
        assert sorted(pair) == [f"saved {base + 1}", f"stale {base + 1}"]
        winner = ("Ali", "Eve")[pair.index(f"saved {base + 1}")]
        assert history[base].author == winner
        assert history[base].changes[0].after == f"{winner} {base}"


@pytest.mark.postgresql
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_serves_a_group(url: str) -> None:
    with Store(url) as here, Store(url) as there:
        first = here.create(Scenario(fleet=FLEET), "Zoé", "départ")
        second = there.save(first.scenario_id, Scenario(seed=1, fleet=FLEET), "Ali", "graine", 1)
        assert here.load(first.scenario_id) == second
        with pytest.raises(StaleRevisionError) as caught:
            here.save(first.scenario_id, Scenario(seed=2), "Zoé", "graine", 1)
        assert caught.value.latest == second
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            query(url, "TRUNCATE revisions")


# A process that dies

WRITER = """
import sys
from costing.fleet.table import FleetTable
from costing.scenario.scenario import Scenario
from costing.store.store import Store

url, scenario_id = sys.argv[1:]
with Store(url) as store:
    number = store.load(scenario_id).number
    while True:
        columns = {"acts_billed": tuple(range(number, number + 3000))}
        fleet = FleetTable(year=2024, label=str(number + 1), columns=columns)
        scenario = Scenario(seed=number + 1, fleet=fleet)
        number = store.save(scenario_id, scenario, "Zoé", "sans fin", number).number
        print(number, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_was_acknowledged_survives_kill_9_in_the_middle_of_saves(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    url = f"sqlite:///{path}"
    with Store(url) as store:
        scenario_id = store.create(Scenario(), "Zoé", "départ").scenario_id
    acknowledged = 1
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, url, scenario_id], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        with writer.stdout as output:
            assert int(output.readline()) > acknowledged, "the writer did not start"
            time.sleep(random.uniform(0, 0.15))
            writer.kill()
            acknowledged = max([acknowledged + 1, *map(int, output.read().split())])
        assert writer.wait() == -9

        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        fleets = connection.execute("SELECT count(*) FROM fleets").fetchone()[0]
        connection.close()
        with Store(url) as store:
            numbers = [h.number for h in store.history(scenario_id)]
            last = store.load(scenario_id)
            whole = store.load(scenario_id, acknowledged).scenario
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) in (acknowledged, acknowledged + 1)
        assert last.number == len(numbers) == fleets + 1
        assert whole.seed == acknowledged
        assert whole.fleet is not None
        assert whole.fleet.columns["acts_billed"][-1] == acknowledged + 2998
        acknowledged = last.number


# Where it is


def test_a_commit_waits_for_the_disk_and_references_are_checked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with closing(Database(url)) as database, database.begin() as connection:
        found = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the directory in its registry")
def test_without_a_url_it_is_in_the_directory_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COSTING_DATABASE_URL", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "données de l'usager"))
    with Store() as store:
        saved = store.create(Scenario(), "Zoé", "départ")
    assert [path.parent.name for path in tmp_path.rglob("scenarios.sqlite")] == ["costing"]
    with Store() as store:
        assert store.load(saved.scenario_id) == saved


def test_the_variable_names_the_database_and_the_argument_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSTING_DATABASE_URL", f"sqlite:///{tmp_path / 'group.sqlite'}")
    Store().close()
    assert (tmp_path / "group.sqlite").exists()
    with Store(f"sqlite:///{tmp_path / 'mine.sqlite'}") as store:
        assert store.url.endswith("mine.sqlite")
    assert (tmp_path / "mine.sqlite").exists()


@pytest.mark.parametrize(
    "address", ["texte", "inconnu://ici", "sqlite:///{here}/absent/x.sqlite", "sqlite:///{here}/x"]
)
def test_a_database_that_cannot_be_opened_says_so(tmp_path: Path, address: str) -> None:
    (tmp_path / "x").write_text("pas une base" * 100)
    with pytest.raises(StoreUnavailableError, match="COSTING_DATABASE_URL"):
        Store(address.format(here=tmp_path))
    assert (tmp_path / "x").read_text() == "pas une base" * 100


def test_a_password_is_never_shown() -> None:
    with pytest.raises(StoreUnavailableError) as caught:
        Store("inconnu://zoe:secret-de-zoe@ici/base")
    assert "secret-de-zoe" not in caught.value.text()

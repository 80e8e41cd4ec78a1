"""Where scenarios are kept: every revision of each, with who saved it and why.

Revisions only add up: nothing here changes or removes one. A save names the revision that it
started from, so that nobody overwrites unseen what another has saved meanwhile. Not here: what a
scenario is (`scenario`), nor tables and transactions (`database`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from costing.fleet.table import FleetTable
from costing.problems.errors import ConflictError, Language, Place, ScenarioError, problem
from costing.scenario.scenario import (
    Difference,
    Scenario,
    diff,
    from_json,
)
from costing.store.database import FLEETS, REVISIONS, SCENARIOS, Database
from costing.store.drafts import Drafts

_ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, kw_only=True)
class Header:
    """A revision without its content; `changes` are against its parent."""

    scenario_id: str
    number: int
    parent: int | None
    hash: str
    name: str
    saved_at: dt.datetime
    author: str
    reason: str
    changes: list[Difference]
    fleet_hash: str | None


@dataclass(frozen=True, kw_only=True)
class Revision(Header):
    """A scenario as it was saved once."""

    scenario: Scenario


class Listed(NamedTuple):
    """A scenario in a list, by its last revision."""

    id: str
    name: str
    number: int
    author: str
    saved_at: dt.datetime


class DamagedRevisionError(ScenarioError):
    """A revision whose content is no longer what was saved."""


class StaleRevisionError(ConflictError):
    """A save that started from a revision after which another came.

    base: the revision started from. latest: the last one. meanwhile: differences between the two.
    pending: differences between the last one and the scenario that was to be saved.
    """

    def __init__(self, base: Revision, latest: Revision, scenario: Scenario) -> None:
        self.base = base
        self.latest = latest
        self.meanwhile = differences(base.scenario, latest.scenario)
        self.pending = differences(latest.scenario, scenario)
        facts = {name: getattr(latest, name) for name in ("number", "author", "reason")}
        name = latest.scenario_id
        self.problem = problem("scenario_stale", None, name, base=base.number, **facts)
        super().__init__(self.problem.text())

    def text(self, language: Language = "fr") -> str:
        """What happened and what to do."""
        return self.problem.text(language)


class Store:
    """The scenarios of one database; threads may share a store. `url` has no password.

    Raises:
        StoreUnavailableError: from every method, when the database does not answer.
    """

    def __init__(self, url: str | None = None) -> None:
        """Open the database at a URL; without one see `costing.store.database.Database`."""
        self._database = Database(url)
        self.url = self._database.url
        self.drafts = Drafts(self._database)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create(self, scenario: Scenario, author: str, reason: str) -> Revision:
        """Keep a new scenario, as its revision 1.

        Raises:
            ScenarioError: the scenario would not read back as it is.
        """
        scenario_id = "".join(secrets.choice(_ID_LETTERS) for _ in range(12))
        revision = _follow(scenario_id, None, scenario, author, reason)
        self._add(revision)
        return revision

    def save(
        self, scenario_id: str, scenario: Scenario, author: str, reason: str, base: int
    ) -> Revision:
        """Keep a revision that follows number `base`; without a change, return the last one.

        Raises:
            StaleRevisionError: another revision came after `base`.
            ScenarioError: no such scenario or base, or the scenario would not read back as it is.
        """
        parent = self.load(scenario_id, base)
        revision = _follow(scenario_id, parent, scenario, author, reason)
        if revision.scenario == parent.scenario:
            return self.load(scenario_id)
        try:
            self._add(revision)
        except IntegrityError:
            latest = self.load(scenario_id)
            if latest.number == base:
                raise
            raise StaleRevisionError(parent, latest, scenario) from None
        return revision

    def load(self, scenario_id: str, number: int | None = None) -> Revision:
        """A revision by its number, or the last one.

        Raises:
            ScenarioError: none such.
            DamagedRevisionError: its content is not what was saved.
        """
        query = (
            sa.select(REVISIONS, FLEETS.c.content.label("fleet"))
            .outerjoin(FLEETS)
            .where(REVISIONS.c.scenario_id == scenario_id)
            .order_by(REVISIONS.c.number.desc())
            .limit(1)
        )
        if number is not None:
            query = query.where(REVISIONS.c.number == number)
        with self._database.begin() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise _unknown(scenario_id, number)
        return Revision(**_header(row), scenario=_intact(row))

    def history(self, scenario_id: str) -> list[Header]:
        """The revisions of a scenario, first to last, without their content.

        Raises:
            ScenarioError: no such scenario.
        """
        query = (
            sa.select(*(REVISIONS.c[field.name] for field in fields(Header)))
            .where(REVISIONS.c.scenario_id == scenario_id)
            .order_by(REVISIONS.c.number)
        )
        with self._database.begin() as connection:
            headers = [Header(**_header(row)) for row in connection.execute(query).mappings()]
        if not headers:
            raise _unknown(scenario_id)
        return headers

    def list_scenarios(self) -> list[Listed]:
        """Every scenario by its last revision, the newest first."""
        revision, later = REVISIONS.c, REVISIONS.alias().c
        is_last = ~sa.exists().where(
            later.scenario_id == revision.scenario_id, later.number > revision.number
        )
        columns = (revision.scenario_id, *(revision[name] for name in Listed._fields[1:]))
        newest_first = (revision.saved_at.desc(), revision.scenario_id)
        with self._database.begin() as connection:
            rows = connection.execute(sa.select(*columns).where(is_last).order_by(*newest_first))
            return [Listed(*row) for row in rows]

    def _add(self, revision: Revision) -> None:
        """Write a revision, with its scenario and fleet when new; `IntegrityError`: too late."""
        content, fleet_hash, fleet = _texts(revision.scenario)
        values = {field.name: getattr(revision, field.name) for field in fields(Header)}
        values["changes"] = [change._asdict() for change in revision.changes]
        same_fleet = sa.select(FLEETS.c.hash).where(FLEETS.c.hash == fleet_hash)
        with self._database.begin(write=True) as connection:
            if revision.parent is None:
                first = {"id": revision.scenario_id, "created_at": revision.saved_at}
                connection.execute(SCENARIOS.insert().values(first))
            if fleet_hash and connection.execute(same_fleet).first() is None:
                # Another process may be adding the same fleet: the one that is there will do.
                with suppress(IntegrityError), connection.begin_nested():
                    connection.execute(FLEETS.insert().values(hash=fleet_hash, content=fleet))
            connection.execute(REVISIONS.insert().values(**values, content=content))


def differences(before: Scenario, after: Scenario) -> list[Difference]:
    """All that differs, as `scenario.diff`, but a fleet is told in a few words.

    When the fleets differ: `fleet.hash`, `fleet.year`, `fleet.label` and `fleet.machines` (rows of
    the table), changed or not, so that a reader sees which fleets they are.
    """
    left, right = (side.model_copy(update={"fleet": None}) for side in (before, after))
    changes = diff(left, right)
    if before.fleet == after.fleet:
        return changes
    old, new = _fleet_summary(before), _fleet_summary(after)
    return changes + [Difference(f"fleet.{key}", old[key], new[key]) for key in old]


def _fleet_summary(scenario: Scenario) -> dict[str, Any]:
    fleet = scenario.fleet
    if fleet is None:
        return dict.fromkeys(("hash", "year", "label", "machines"))
    rows = max(map(len, fleet.columns.values()), default=0)
    summary = {"year": fleet.year, "label": fleet.label, "machines": rows}
    return {"hash": _texts(scenario)[1], **summary}


def _follow(
    scenario_id: str, parent: Revision | None, scenario: Scenario, author: str, reason: str
) -> Revision:
    """The revision after another, or the first; refused if a value would be lost in writing."""
    content, fleet_hash, fleet = _texts(scenario)
    back = _read(content, fleet)
    lost = [key for key in Scenario.model_fields if getattr(back, key) != getattr(scenario, key)]
    if lost:
        raise ScenarioError([problem("scenario_lossy", Place(key=key), key) for key in lost])
    return Revision(
        scenario_id=scenario_id,
        number=parent.number + 1 if parent else 1,
        parent=parent.number if parent else None,
        hash=back.hash,
        name=back.name,
        saved_at=dt.datetime.now(dt.UTC),
        author=author,
        reason=reason,
        changes=differences(parent.scenario, back) if parent else [],
        fleet_hash=fleet_hash,
        scenario=back,
    )


def _texts(scenario: Scenario) -> tuple[str, str | None, str | None]:
    """The content without its fleet; the fleet's hash; the fleet, in JSON with a fixed order."""
    content = scenario.model_copy(update={"fleet": None}).to_json()
    if scenario.fleet is None:
        return content, None, None
    table = scenario.fleet.model_dump(mode="json")
    fleet = json.dumps(table, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return content, hashlib.sha256(fleet.encode()).hexdigest(), fleet


def _read(content: str, fleet: str | None) -> Scenario:
    table = None if fleet is None else FleetTable.model_validate(json.loads(fleet))
    return from_json(content).model_copy(update={"fleet": table})


def _intact(row: sa.RowMapping) -> Scenario:
    """The scenario of a row, once its hash is found to be the one that was written."""
    damaged = DamagedRevisionError(
        problem("revision_damaged", None, row["scenario_id"], number=row["number"])
    )
    try:
        scenario = _read(row["content"], row["fleet"])
    except (ScenarioError, ValueError) as error:
        # A later version of the program may have written it, in a format of its own.
        if "scenario_format" in [fault.code for fault in getattr(error, "problems", ())]:
            raise
        raise damaged from error
    if scenario.hash != row["hash"] or scenario.name != row["name"]:
        raise damaged
    return scenario


def _header(row: sa.RowMapping) -> dict[str, Any]:
    values = {field.name: row[field.name] for field in fields(Header)}
    return {**values, "changes": [Difference(**change) for change in row["changes"]]}


def _unknown(scenario_id: str, number: int | None = None) -> ScenarioError:
    value = scenario_id if number is None else f"{scenario_id}#{number}"
    return ScenarioError(problem("scenario_unknown", None, value))

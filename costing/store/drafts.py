"""Drafts: what a person has changed and not saved yet, kept through a reload or a restart.

A draft is not history: it is rewritten at each change, forgotten once saved, and after a month.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from costing.scenario.scenario import Scenario, from_json
from costing.store.database import DRAFTS, Database

LIFETIME = dt.timedelta(days=31)


@dataclass(frozen=True)
class Draft:
    """A scenario being worked on, and the revision that it started from, if any."""

    token: str
    scenario_id: str | None
    number: int | None
    scenario: Scenario


class Drafts:
    """The drafts of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self, token: str, scenario_id: str | None, number: int | None, scenario: Scenario
    ) -> str:
        """Keep a draft under its token, or a new one when the token is empty; gives the token."""
        token = token or secrets.token_urlsafe(9)
        now = dt.datetime.now(dt.UTC)
        row = {"scenario_id": scenario_id, "number": number, "content": scenario.to_json()}
        with self._database.begin(write=True) as connection:
            connection.execute(sa.delete(DRAFTS).where(DRAFTS.c.kept_at < now - LIFETIME))
            connection.execute(sa.delete(DRAFTS).where(DRAFTS.c.token == token))
            connection.execute(sa.insert(DRAFTS).values(token=token, kept_at=now, **row))
        return token

    def load(self, token: str) -> Draft | None:
        """The draft of a token; None when it was saved, given up or forgotten.

        Raises:
            ScenarioError: its content is of another version of the program.
        """
        with self._database.begin() as connection:
            row = connection.execute(sa.select(DRAFTS).where(DRAFTS.c.token == token)).first()
        if row is None:
            return None
        return Draft(token, row.scenario_id, row.number, from_json(row.content))

    def drop(self, token: str) -> None:
        """Forget a draft."""
        with self._database.begin(write=True) as connection:
            connection.execute(sa.delete(DRAFTS).where(DRAFTS.c.token == token))

"""Drafts live in the database: a restart of the server must not lose them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from costing.scenario.scenario import Override, Scenario
from costing.store.database import DRAFTS, Database
from costing.store.drafts import LIFETIME, Drafts

CHANGED = Scenario().with_override(Override(parameter="communs.rent.*", mode=250))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'drafts.sqlite'}"


def test_a_draft_outlives_the_program(url: str) -> None:
    token = Drafts(Database(url)).keep("", "abc", 3, CHANGED)
    draft = Drafts(Database(url)).load(token)
    assert draft is not None
    assert (draft.scenario_id, draft.number, draft.scenario) == ("abc", 3, CHANGED)


def test_a_draft_is_rewritten_under_its_token(url: str) -> None:
    drafts = Drafts(Database(url))
    token = drafts.keep("", None, None, CHANGED)
    assert drafts.keep(token, None, None, Scenario(seed=5)) == token
    found = drafts.load(token)
    assert found is not None
    assert found.scenario.seed == 5


def test_a_draft_given_up_is_gone(url: str) -> None:
    drafts = Drafts(Database(url))
    token = drafts.keep("", None, None, CHANGED)
    drafts.drop(token)
    assert drafts.load(token) is None
    assert drafts.load("jamais") is None


def test_old_drafts_are_forgotten(url: str) -> None:
    database = Database(url)
    drafts = Drafts(database)
    old, young = drafts.keep("", None, None, CHANGED), drafts.keep("", None, None, CHANGED)
    past = dt.datetime.now(dt.UTC) - LIFETIME - dt.timedelta(days=1)
    with database.begin() as connection:
        connection.execute(sa.update(DRAFTS).where(DRAFTS.c.token == old).values(kept_at=past))
    drafts.keep("", None, None, CHANGED)
    assert drafts.load(old) is None
    assert drafts.load(young) is not None

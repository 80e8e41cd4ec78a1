"""The working scenario of a session: opened from the address bar, edited as a draft, saved.

The address carries the scenario (`?scenario=ID`) and, while something is not saved, the draft
(`&brouillon=…`), which the server keeps in memory: a reload finds both again. Nothing is written to
the store before the first save.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

import streamlit as st

from costing.database import URL_VARIABLE
from costing.errors import ScenarioError
from costing.scenario import Scenario
from costing.store import Revision, StaleRevisionError, Store, differences
from costing.ui import cache, changes, names

_KEPT_DRAFTS = 200


@dataclass
class Workspace:
    """What one session works on.

    base: the revision started from, none before the first save. version: changes whenever fields
    must forget what was typed in them. typed: texts of cells that are not (yet) a valid value, by
    address then column. notices: said once, at the top of the next page.
    """

    base: Revision | None
    draft: Scenario
    token: str = ""
    version: int = 0
    typed: dict[str, dict[str, str]] = field(default_factory=dict)
    conflict: StaleRevisionError | None = None
    notices: list[tuple[str, str]] = field(default_factory=list)

    @property
    def scenario_id(self) -> str | None:
        """Identity in the store."""
        return self.base.scenario_id if self.base else None

    @property
    def saved(self) -> Scenario:
        """What the draft started from."""
        return self.base.scenario if self.base else Scenario()

    @property
    def pending(self) -> list[changes.Change]:
        """What is not saved, in words."""
        return changes.in_words(cache.reference(), differences(self.saved, self.draft))

    @property
    def pending_count(self) -> int:
        """How many values and choices are not saved; a value counts once."""
        keys = (change.key for change in differences(self.saved, self.draft))
        return len({k.rpartition(".")[0] if k.startswith("overrides.") else k for k in keys})

    @property
    def dirty(self) -> bool:
        """Whether anything is not saved."""
        return self.draft != self.saved


def store() -> Store:
    """The database of scenarios, one connection pool for the server."""
    return _store(os.environ.get(URL_VARIABLE))


@st.cache_resource(show_spinner=False)
def _store(url: str | None) -> Store:
    return Store(url)


@st.cache_resource(show_spinner=False)
def _drafts() -> OrderedDict[str, tuple[str | None, int | None, Scenario]]:
    """Unsaved drafts by token; the oldest are forgotten."""
    return OrderedDict()


def workspace() -> Workspace:
    """The session's workspace.

    Raises:
        KeyError: `follow_address` was not called (a fault of the program).
    """
    found: Workspace = st.session_state["workspace"]
    return found


def follow_address() -> None:
    """Open what the address bar names, unless the session already has it."""
    asked = st.query_params.get("scenario")
    known: Workspace | None = st.session_state.get("workspace")
    # Going from page to page drops the address's parameters: absent, they mean « as before ».
    if known is None or (asked is not None and asked != known.scenario_id):
        _install(_opened(asked, st.query_params.get("brouillon")), known)
    _write_address()


def _opened(scenario_id: str | None, token: str | None) -> Workspace:
    kept = _drafts().get(token) if token else None
    found = Workspace(None, Scenario())
    if scenario_id:
        try:
            number = kept[1] if kept and kept[0] == scenario_id else None
            found.base = store().load(scenario_id, number)
            found.draft = found.base.scenario
        except ScenarioError as error:
            words = f"{names.literal(error.text())} Le scénario de référence est ouvert à la place."
            found.notices.append(("error", words))
            return found
    if kept and kept[0] == scenario_id:
        found.draft = kept[2]
        found.token = _shelve(found)
    elif token:
        words = "Le brouillon de cette adresse n'est plus en mémoire : la version enregistrée est "
        words += "ouverte à la place."
        found.notices.append(("warning", words))
    return found


def _install(new: Workspace, old: Workspace | None) -> None:
    new.version = old.version + 1 if old else 0
    st.session_state["workspace"] = new


def _write_address() -> None:
    """Bring the address bar in line with the workspace."""
    here = workspace()
    for key, value in (("scenario", here.scenario_id), ("brouillon", here.token)):
        if value and st.query_params.get(key) != value:
            st.query_params[key] = value
        elif not value and key in st.query_params:
            del st.query_params[key]


def _shelve(here: Workspace) -> str:
    token = here.token or secrets.token_urlsafe(6)
    shelf = _drafts()
    shelf[token] = (here.scenario_id, here.base.number if here.base else None, here.draft)
    shelf.move_to_end(token)
    while len(shelf) > _KEPT_DRAFTS:
        shelf.popitem(last=False)
    return token


def edit(scenario: Scenario, refresh_fields: bool = True) -> None:
    """Put a changed scenario in the draft.

    `refresh_fields` makes the fields show the draft again; a table that is being typed in keeps its
    own.

    Raises:
        InputError: the scenario does not fit the reference data; the draft stays as it was.
    """
    here = workspace()
    if scenario == here.draft:
        return
    cache.case(scenario)
    here.draft = scenario
    if here.dirty:
        here.token = _shelve(here)
    else:
        _drafts().pop(here.token, None)
        here.token = ""
    if refresh_fields:
        here.version += 1
    _write_address()


def save(author: str, reason: str) -> bool:
    """Write the draft as a revision, signed; False when another revision came in between."""
    here = workspace()
    signed = changes.sign(here.saved, here.draft, author, reason, dt.date.today())
    try:
        if here.base is None:
            revision = store().create(signed, author, reason)
        else:
            revision = store().save(here.base.scenario_id, signed, author, reason, here.base.number)
    except StaleRevisionError as error:
        here.conflict = error
        return False
    _settle(revision)
    words = names.literal(f"Révision {revision.number} enregistrée par {author} : {reason}")
    here.notices.append(("success", words))
    return True


def open_scenario(scenario_id: str | None, number: int | None = None) -> None:
    """Open another scenario, or the reference one; what was not saved is given up."""
    here = workspace()
    if scenario_id is None:
        _drafts().pop(here.token, None)
        _install(Workspace(None, Scenario()), here)
    else:
        revision = store().load(scenario_id, number)
        here.typed.clear()
        _settle(revision)
    _write_address()


def discard() -> None:
    """Give up what is not saved."""
    here = workspace()
    here.typed.clear()
    here.conflict = None
    here.version += 1
    edit(here.saved)


def take_latest(reapply: bool) -> None:
    """After a conflict: work from the other's revision, with or without one's own changes."""
    here = workspace()
    if here.conflict is None:
        return
    mine, base, latest = here.draft, here.saved, here.conflict.latest
    _settle(latest)
    if reapply:
        edit(changes.carry_over(base, mine, latest.scenario))


def _settle(revision: Revision) -> None:
    """The workspace stands on a revision, without anything unsaved."""
    here = workspace()
    _drafts().pop(here.token, None)
    here.base, here.draft, here.token = revision, revision.scenario, ""
    here.conflict = None
    here.version += 1
    _write_address()

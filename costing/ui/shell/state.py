"""The working scenario of a session: opened from the address bar, edited as a draft, saved.

The address carries the scenario (`?scenario=ID`) and, while something is not saved, the draft
(`&brouillon=…`): a reload finds both again, even after the server restarted. No revision is written
before the first save.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field

import streamlit as st

from costing.problems.errors import ScenarioError
from costing.scenario.scenario import Scenario
from costing.store.database import URL_VARIABLE
from costing.store.store import Revision, StaleRevisionError, Store, differences
from costing.ui.parts import wording
from costing.ui.shell import cache, changes


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
        folded = ("overrides.", "unavailable.")
        return len({k.rpartition(".")[0] if k.startswith(folded) else k for k in keys})

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


def workspace() -> Workspace:
    """The session's workspace.

    Raises:
        KeyError: `follow_address` was not called (a fault of the program).
    """
    workspace: Workspace = st.session_state["workspace"]
    return workspace


def follow_address() -> None:
    """Open what the address bar names, unless the session already has it."""
    scenario_id = st.query_params.get("scenario")
    former: Workspace | None = st.session_state.get("workspace")
    if former is None:
        store()  # one that cannot serve is told before anything is typed, not at the first edit
    # Going from page to page drops the address's parameters: absent, they mean « as before ».
    if former is None or (scenario_id is not None and scenario_id != former.scenario_id):
        _install(_opened(scenario_id, st.query_params.get("brouillon")), former)
    _write_address()


def _opened(scenario_id: str | None, token: str | None) -> Workspace:
    workspace = Workspace(None, Scenario())
    draft = None
    try:
        draft = store().drafts.load(token) if token else None
        if draft is not None and draft.scenario_id != scenario_id:
            draft = None
        if scenario_id:
            workspace.base = store().load(scenario_id, draft.number if draft else None)
            workspace.draft = workspace.base.scenario
    except ScenarioError as error:
        opened = "Le scénario de référence" if workspace.base is None else "La version enregistrée"
        workspace.notices.append(
            ("error", f"{wording.literal(str(error))} {opened} s'ouvre à la place.")
        )
        return workspace
    if draft is not None:
        # A new token: whoever was sent this address works on a draft of their own.
        workspace.draft = draft.scenario
        workspace.token = _keep(workspace)
    elif token:
        words = "Le brouillon de cette adresse a été enregistré, abandonné ou oublié : la version "
        workspace.notices.append(("warning", f"{words}enregistrée est ouverte à la place."))
    return workspace


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


def _keep(here: Workspace) -> str:
    """Put the draft in the store; its token."""
    number = here.base.number if here.base else None
    return store().drafts.keep(here.token, here.scenario_id, number, here.draft)


def _drop(here: Workspace) -> None:
    """Forget the draft in the store, if it is there."""
    if here.token:
        store().drafts.drop(here.token)
        here.token = ""


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
        here.token = _keep(here)
    else:
        _drop(here)
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
    words = wording.literal(f"Révision {revision.number} enregistrée par {author} : {reason}")
    here.notices.append(("success", words))
    return True


def open_scenario(scenario_id: str | None, number: int | None = None) -> None:
    """Open another scenario, or the reference one; what was not saved is given up."""
    here = workspace()
    if scenario_id is None:
        _drop(here)
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
    _drop(here)
    here.base, here.draft = revision, revision.scenario
    here.conflict = None
    here.version += 1
    _write_address()

"""What is asked of a bridge: the two positions, and the result whose gap is to be explained."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from costing.analysis.account.comparison import DEFINITIONS as OVERVALUATIONS
from costing.analysis.bridge.bridge import CostPerAct, Overvaluation, Result, Savings
from costing.analysis.claim.words import DEFINITIONS
from costing.case import labels
from costing.problems.errors import InputError
from costing.reference.reference import Reference
from costing.scenario.examples import example_scenarios
from costing.scenario.scenario import Scenario, from_json
from costing.ui.claim import tables as claim_tables
from costing.ui.parts import tables, wording
from costing.ui.parts.machine_fields import machine_fields
from costing.ui.shell import cache, state
from costing.values.catalogue import Population

#: Parameter of the address bar and label of each side.
_SIDES = {"a": ("de", "Position A"), "b": ("vers", "Position B")}
_FILES, _MOST_FILES = "bridge-files", 8
_WIDTHS = (5, 2, 5)
_KINDS = {
    "cost": "Coût d'un acte", "overvaluation": "Surévaluation du parc", "savings": "Économies",
}  # fmt: skip


_ACTS = "Les mêmes pour A et B. Au départ, l'activité de référence de la classe."


class Position(NamedTuple):
    """A scenario that a side may take: what kind of one it is, its name, and itself on demand."""

    kind: str
    name: str
    load: Callable[[], Scenario]


class Question(NamedTuple):
    """Two scenarios, and the result that they give differently."""

    a: Scenario
    b: Scenario
    result: Result


def choose() -> Question:
    """The positions and the result chosen."""
    with st.container(border=True):
        a, b = _sides(positions())
    with st.container(border=True):
        return Question(a, b, _result(cache.reference()))


def positions() -> dict[str, Position]:
    """Every position on offer, by what names it in the address bar."""
    draft, dirty = state.workspace().draft, state.workspace().dirty
    offered = {
        key: Position("exemple", scenario.name, partial(_itself, scenario))
        for key, scenario in example_scenarios().items()
    }
    draft_kind = "scénario affiché" + ", non enregistré" * dirty
    offered["affiche"] = Position(draft_kind, draft.name, partial(_itself, draft))
    offered["reference"] = Position("référence d'origine", Scenario().name, Scenario)
    for listed in state.store().list_scenarios():
        kind = f"enregistré, {listed.id}, révision {listed.number}"
        offered[listed.id] = Position(kind, listed.name, partial(_saved, listed.id))
    brought: dict[str, tuple[str, Scenario]] = st.session_state.get(_FILES, {})
    for key, (file, scenario) in brought.items():
        offered[key] = Position(f"fichier {file}", scenario.name, partial(_itself, scenario))
    return offered


def _itself(scenario: Scenario) -> Scenario:
    return scenario


def _saved(scenario_id: str) -> Scenario:
    return state.store().load(scenario_id).scenario


def _take_files() -> None:
    """Scenarios brought as files, for the session; what is refused is said."""
    given = st.file_uploader(
        "Apporter une position : un scénario (.json) de la page « Import / export »",
        type=["json"], key="bridge-upload", accept_multiple_files=True, max_upload_size=50,
    )  # fmt: skip
    tables.note("Elle s'ajoute aux positions proposées, le temps de la session.")
    brought: dict[str, tuple[str, Scenario]] = st.session_state.setdefault(_FILES, {})
    former_keys = set(brought)
    for file in given:
        try:
            scenario = from_json(file.getvalue().decode("utf-8-sig", errors="replace"), file.name)
            cache.case(scenario)
        except InputError as error:
            st.error(f"« {wording.literal(file.name)} » : {wording.literal(str(error))}")
        else:
            brought[f"fichier-{cache.digest(scenario)[:10]}"] = (file.name, scenario)
    while len(brought) > _MOST_FILES:
        del brought[next(iter(brought))]
    if set(brought) != former_keys:
        st.rerun()


def _sides(offered: dict[str, Position]) -> tuple[Scenario, Scenario]:
    """Both positions; alike names are told apart by what kind of scenario they are."""
    left, middle, right = st.columns(_WIDTHS, vertical_alignment="bottom")
    with left:
        a = _side("a", offered)
    with right:
        b = _side("b", offered)

    def swap() -> None:
        st.session_state.update({"bridge-a": b, "bridge-b": a})

    middle.button("A ⇄ B", help="Échanger A et B", on_click=swap, width="stretch")
    scenarios = [offered[key].load() for key in (a, b)]
    boxes = st.columns(_WIDTHS)
    with boxes[1].popover("Fichier", width="stretch"):
        _take_files()
    for box, scenario in zip(boxes[::2], scenarios, strict=True):
        with box:
            claim_tables.paragraphs(_about(scenario), kind="c-note")
    if scenarios[0].name == scenarios[1].name:
        scenarios = [
            scenario.model_copy(update={"name": f"{scenario.name} ({offered[key].kind})"})
            for key, scenario in zip((a, b), scenarios, strict=True)
        ]
    return scenarios[0], scenarios[1]


def _side(side: str, offered: dict[str, Position]) -> str:
    """The position chosen for a side, else that of the address; the address then names it."""
    key, (address, title) = f"bridge-{side}", _SIDES[side]
    wanted = st.query_params.get(address)
    if wanted is not None and wanted != st.session_state.get(f"{key}-asked"):
        if wanted in offered:
            st.session_state[key] = wanted
        else:
            st.warning(f"Aucune position « {wording.literal(wanted)} » : une autre est ouverte.")
    if st.session_state.get(key) not in offered:
        st.session_state[key] = list(offered)[list(_SIDES).index(side)]
    chosen = st.selectbox(
        title, list(offered), key=key, persist_state="session",
        format_func=lambda k: f"{offered[k].name} — {offered[k].kind}",
    )  # fmt: skip
    st.session_state[f"{key}-asked"] = st.query_params[address] = chosen
    return chosen


def _about(scenario: Scenario) -> str:
    """A position by its own description, else by what it changes of the reference data."""
    if scenario.description:
        return scenario.description
    count = len(scenario.overrides)
    changed = "aucune valeur modifiée" if not count else (
        f"{count} valeur modifiée" if count == 1 else f"{count} valeurs modifiées")  # fmt: skip
    perimeter = cache.reference().perimeters.get(scenario.perimeter)
    return f"Périmètre « {perimeter.label.fr if perimeter else scenario.perimeter} », {changed}."


def _result(reference: Reference) -> Result:
    """The result to explain."""
    boxes = st.columns([4, 4, 3, 3])
    kind = boxes[0].selectbox(
        "Résultat à expliquer", list(_KINDS), format_func=_KINDS.__getitem__,
        key="bridge-kind", persist_state="session",
    )  # fmt: skip
    if kind == "overvaluation":
        return _overvaluation(reference, boxes[1:])
    if kind == "savings":
        reading = boxes[1].selectbox(
            "Lecture", list(wording.READINGS), format_func=wording.READINGS.__getitem__,
            key="bridge-reading", persist_state="session",
        )  # fmt: skip
        return Savings(reading)  # type: ignore[arg-type]
    return CostPerAct(*machine_fields(reference, boxes[1:], "bridge", _ACTS))


def _overvaluation(reference: Reference, boxes: list[DeltaGenerator]) -> Overvaluation:
    """A definition, some modalities, the day of a tariff."""
    definition = boxes[0].selectbox(
        "Définition", OVERVALUATIONS, key="bridge-definition", persist_state="session",
        format_func=lambda code: DEFINITIONS[code.removesuffix("_of_fee")],
    )  # fmt: skip
    modalities = boxes[1].multiselect(
        "Modalités", list(reference.models), placeholder="Toutes", key="bridge-modalities",
        persist_state="session", format_func=lambda code: labels.modality_name(reference, code),
    )  # fmt: skip
    dates = list(reversed(reference.schedule.dates))
    date = boxes[2].selectbox(
        "Tarif en vigueur le", dates, dates.index(reference.savings.baseline_date),
        format_func=labels.day, key="bridge-date", persist_state="session",
    )  # fmt: skip
    return Overvaluation(definition, Population(modality=tuple(modalities)), date)

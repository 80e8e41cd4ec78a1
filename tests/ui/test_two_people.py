"""What is kept for all sessions holds content only: no one reads another's name, notes, signatures.

Two scenarios are equal in content and different in every other field; the first person sees
everything, then the second one does, in the same server, and takes every file away.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from hypothesis import given

from costing.case.case import make_case
from costing.scenario.scenario import Override, Scenario
from costing.store.database import URL_VARIABLE
from costing.store.store import Store
from costing.ui.main import PAGES
from costing.ui.schedule import view as schedule_view
from costing.ui.shell import cache
from costing.values.correlations import Correlation
from tests.shared import REFERENCE, examples
from tests.strategies import scenarios
from tests.ui.schedules import asking

Opened = Callable[..., Any]
PRICE = "irm.purchase_price.irm_1_5t"
CORRELATED = ("purchase_price", "slot_minutes")

VIEWS = (schedule_view.PROPOSE, schedule_view.FRONTIER, schedule_view.EVALUATE)
COMPUTATIONS = (
    "Calculer le barème", "Calculer la frontière", "Évaluer ce barème", "Mettre à l'épreuve",
    "Calculer les indices de Sobol",
)  # fmt: skip


def signed_by(person: str, day: dt.date) -> Scenario:
    """The common content, with every field that is not content bearing the person's mark."""
    first = REFERENCE.parameter_at(PRICE)[1]
    assert first is not None
    override = Override(
        parameter=PRICE, mode=first.mode * 1.01, author=f"{person}-author",
        reason=f"{person}-reason", date=day,
    )  # fmt: skip
    ends = CORRELATED if person == "Anna" else CORRELATED[::-1]
    correlation = Correlation(
        first=ends[0], second=ends[1], rank=0.25, reason=f"{person}-correlation"
    )
    return asking(name=f"{person}-name").model_copy(
        update={
            "description": f"{person}-description",
            "overrides": (override,),
            "correlations": (correlation,),
        }
    )


ANNA = signed_by("Anna", dt.date(2001, 1, 2))
BRUNO = signed_by("Bruno", dt.date(2002, 3, 4))


def test_the_two_have_one_content_and_nothing_else_in_common() -> None:
    """So that the rest of this module can fail."""
    assert ANNA.hash == BRUNO.hash
    assert ANNA.content == BRUNO.content
    assert "Anna" not in ANNA.content.to_json()
    unlike = {
        key
        for key, left, right in zip(
            ANNA.overrides[0].model_dump(), ANNA.overrides[0].model_dump().values(),
            BRUNO.overrides[0].model_dump().values(), strict=True,
        )
        if left != right
    }  # fmt: skip
    assert unlike == {"author", "reason", "date"}


@given(scenario=scenarios())
@examples(20)
def test_content_is_what_the_hash_covers(scenario: Scenario) -> None:
    """Contents are equal when hashes are, and have the hash of what they come from."""
    signatures = {"author": "X", "reason": "Y", "date": dt.date(2000, 1, 1)}
    other = scenario.model_copy(
        update={
            "name": scenario.name + "'",
            "description": scenario.description + "'",
            "overrides": tuple(o.model_copy(update=signatures) for o in scenario.overrides),
        }
    )
    assert other.hash == scenario.hash == scenario.content.hash
    assert other.content == scenario.content
    made = make_case(REFERENCE, scenario.content).signed(scenario)
    assert made.scenario == scenario
    for override in scenario.overrides:
        value = made.reference.parameter_at(override.parameter)[1]
        assert value is not None
        assert value.note == override.reason


class Taken(list[tuple[str, bytes]]):
    """The files that the pages offer, made as when their button is pressed."""

    def button(self, label: str, data: Any, file_name: str = "", **_: Any) -> bool:
        made = data() if callable(data) else data
        self.append((file_name, made.encode() if isinstance(made, str) else bytes(made)))
        return False


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    """Every file offered, whichever container its button stands in."""
    files = Taken()
    monkeypatch.setattr(st, "download_button", files.button)
    monkeypatch.setattr(
        st.delta_generator.DeltaGenerator, "download_button",
        lambda _, *given, **named: files.button(*given, **named),
    )  # fmt: skip
    return files


def visit(opened: Opened, store: Store, scenario: Scenario) -> str:
    """All that the pages say to the one who works on a scenario, every computation asked for."""
    kept = store.create(scenario, f"{scenario.name}-saver", f"{scenario.name}-why").scenario_id
    said = []
    for _, address, _, _ in PAGES:
        for view in VIEWS if address == "bareme" else ("",):
            page = opened(address, scenario=kept, **({"vue": view} if view else {}))
            said.append(everything(page))
            for label in COMPUTATIONS:
                if any(button.label == label for button in page.at.button):
                    page.press(label)
                    said.append(everything(page))
            assert not page.at.exception
            assert not page.errors, page.errors
    return " ".join(said)


def everything(page: Any) -> str:
    """Each text of each element, those of fields and tables of data included."""
    return " ".join([page.text, str(page.at.main), str(page.at.sidebar)])


def texts(name: str, content: bytes) -> Iterator[str]:
    """What a file says: its parts when it is a package."""
    if name.endswith((".xlsx", ".docx")):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for part in package.namelist():
                yield package.read(part).decode("utf-8", "replace")
    else:
        yield content.decode("utf-8-sig")


@pytest.mark.slow
def test_nothing_of_the_first_person_reaches_the_second(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: Taken
) -> None:
    """On every screen and in every file; and the second one's own names are there."""
    st.cache_resource.clear()
    for scenario, folder in ((ANNA, "a"), (BRUNO, "b")):
        url = f"sqlite:///{tmp_path / folder}.db"
        monkeypatch.setenv(URL_VARIABLE, url)
        taken.clear()
        said = visit(opened, Store(url), scenario)
    assert "Bruno-name" in said
    assert "Anna" not in said
    kinds = {name.partition("_")[0] for name, _ in taken}
    assert {"classeur", "proposition", "annexe", "bareme", "evaluation", "scenario"} <= kinds
    assert len([name for name, _ in taken if name.endswith(".csv")]) >= 4
    bearing = {name for name, content in taken if any("Anna" in t for t in texts(name, content))}
    assert not bearing
    signed = " ".join(t for name, content in taken for t in texts(name, content))
    for field in ("name", "author", "reason", "correlation"):
        assert f"Bruno-{field}" in signed, field
    assert "2002-03-04" in signed


def test_kept_results_hold_no_name() -> None:
    """Whatever is asked of them: the case itself is made of content."""
    kept = cache.unsigned_case(ANNA)
    assert "Anna" not in repr(kept.scenario)
    value = kept.reference.parameter_at(PRICE)[1]
    assert value is not None
    assert "Anna" not in repr(value)
    assert "Bruno-reason" in repr(cache.case(BRUNO).reference.parameter_at(PRICE)[1])

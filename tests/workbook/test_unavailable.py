"""« Non disponible »: read cell by cell, kept in the scenario, shown to the other side."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from pydantic import ValidationError

from costing.case.case import make_case
from costing.cli import main
from costing.problems.errors import ScenarioError
from costing.scenario.scenario import Override, Scenario, diff, from_json
from costing.scenario.unavailable import Unavailable
from costing.store.store import differences
from costing.ui.parts import unavailable_words
from costing.ui.shell.changes import by_value, carry_over, in_words
from costing.workbook.imported.importer import import_workbook
from costing.workbook.template import write_template
from tests.shared import REFERENCE, examples
from tests.strategies import fleet_of, unavailable

SHEET = "Non disponible"
PRICE, RENT = "irm.purchase_price.irm_1_5t", "communs.rent.*"
COLUMNS = dict(zip(
    ("address", "machine", "column", "supplier", "reason", "detail", "since", "until", "instead"),
    "ABCEFGHIJ", strict=True,
))  # fmt: skip
FIRST = 8
DATUM = Unavailable(
    address=PRICE, supplier="Constructeur X", reason="trade_secret", detail="Prix négociés.",
    since=dt.date(2025, 1, 1), until=dt.date(2026, 12, 31), instead="trois avis d'attribution",
)  # fmt: skip


def fill(draft: Any, row: int = 0, **cells: Any) -> None:
    """A line as a supplier fills it; None clears a cell."""
    given = {"supplier": "CHU Y", "reason": "jamais mesuré", **cells}
    for name, value in given.items():
        draft.book[SHEET][f"{COLUMNS[name]}{FIRST + row}"] = value


def places(problems: Any) -> list[tuple[str, str]]:
    return [(p.code, str(p.place)) for p in problems]


class TestScenario:
    def test_nothing_unavailable_leaves_text_and_hash_as_they_were(self) -> None:
        """The hash is that of the reference scenario before the field was."""
        known = "079fcde74b596fbbbc1df05597a3b65ab31b227d87c42ef03505a46f6cd4dfb6"
        assert Scenario().hash == Scenario(unavailable=()).hash == known
        assert "unavailable" not in json.loads(Scenario().to_json())

    def test_what_is_said_is_content(self) -> None:
        one, other = DATUM, DATUM.model_copy(update={"reason": "delay"})
        hashes = {Scenario(unavailable=data).hash for data in ((), (one,), (other,))}
        assert len(hashes) == 3
        assert from_json(Scenario(unavailable=(one,)).to_json()).unavailable == (one,)

    def test_order_has_no_meaning(self) -> None:
        more = Unavailable(address=RENT, supplier="A", reason="delay")
        assert Scenario(unavailable=(DATUM, more)) == Scenario(unavailable=(more, DATUM))

    @pytest.mark.parametrize(
        "change",
        [
            {"address": "irm"},
            {"address": "fleet.sector"},
            {"supplier": ""},
            {"reason": "because"},
            {"reason": "other", "detail": " "},
            {"until": dt.date(2024, 12, 31)},
            {"since": "hier"},
            {"more": 1},
        ],
    )
    def test_a_datum_is_said_in_full(self, change: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            Unavailable.model_validate({**DATUM.model_dump(), **change})

    def test_a_datum_is_declared_once_and_not_given(self) -> None:
        data = {"address": PRICE, "supplier": "A", "reason": "delay"}
        twice = {"unavailable": [data, data]}
        given = {"unavailable": [data], "overrides": [{"parameter": PRICE, "mode": 1.0}]}
        for content, code in ((twice, "duplicate_name"), (given, "unavailable_given")):
            with pytest.raises(ScenarioError) as caught:
                from_json(json.dumps(content))
            assert [p.code for p in caught.value.problems] == [code]

    def test_a_value_that_is_given_takes_its_declaration_away(self) -> None:
        scenario = Scenario(unavailable=(DATUM,)).with_override(Override(parameter=PRICE, mode=9e5))
        assert scenario.unavailable == ()

    @pytest.mark.parametrize(
        ("address", "code", "near"),
        [
            ("irm.purchase_prise.irm_1_5t", "unknown_parameter", "irm.purchase_price"),
            ("irm.purchase_price.irm_15t", "unknown_parameter", "irm_1_5t"),
            ("fleet.acts.m0", "unknown_choice", "acts_billed"),
            ("fleet.sector.m00", "unknown_machine", "« m0 »"),
        ],
    )
    def test_an_address_leads_somewhere(self, address: str, code: str, near: str) -> None:
        fleet = fleet_of({"class": "scanner", "acts_billed": 5000})
        datum = DATUM.model_copy(update={"address": address})
        with pytest.raises(ScenarioError) as caught:
            make_case(REFERENCE, Scenario(unavailable=(datum,), fleet=fleet))
        (problem,) = caught.value.problems
        assert (problem.code, problem.place.key) == (code, "unavailable.0.address")
        assert near in problem.text()

    def test_a_class_may_lack_what_it_has_from_everyone(self) -> None:
        """« Non ventilé à ce niveau »: the value of all stands, that of the class cannot be had."""
        datum = Unavailable(address="communs.rent.irm_1_5t", supplier="A", reason="not_broken_down")
        assert make_case(REFERENCE, Scenario(unavailable=(datum,)))


class TestReading:
    def test_a_value_by_its_address(self, draft: Any) -> None:
        fill(
            draft, address=PRICE, supplier="Constructeur X", reason="secret des affaires",
            detail="Prix négociés.", since=dt.date(2025, 1, 1), until="31/12/2026",
            instead="trois avis d'attribution",
        )  # fmt: skip
        scenario = draft.scenario()
        assert scenario.unavailable == (DATUM,)
        assert scenario.overrides == ()

    def test_a_machine_and_a_column_of_the_fleet(self, draft: Any) -> None:
        draft.machine(0, Appareil="IRM du 1.2")
        fill(draft, machine="IRM du 1.2", column="Actes d'hospitalisés")
        fill(draft, 1, machine="tous", column="Secteur")
        assert [d.address for d in draft.scenario().unavailable] == [
            "fleet.acts_inpatient.IRM du 1.2", "fleet.sector.*",
        ]  # fmt: skip

    def test_rows_may_be_skipped_and_a_code_stands_for_its_words(self, draft: Any) -> None:
        fill(draft, 5, address=RENT, reason="delay")
        assert [d.reason for d in draft.scenario().unavailable] == ["delay"]

    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            ({"address": "communs.rente.*"}, ("unknown_parameter", "A8")),
            ({"address": "loyer"}, ("unknown_parameter", "A8")),
            ({"address": "a.b.c.d"}, ("unknown_parameter", "A8")),
            ({}, ("wb_blank", "A8")),
            ({"address": RENT, "reason": None}, ("wb_blank", "F8")),
            ({"address": RENT, "supplier": None}, ("wb_blank", "E8")),
            ({"address": RENT, "reason": "secret"}, ("unknown_choice", "F8")),
            ({"address": RENT, "reason": "autre"}, ("unavailable_other", "G8")),
            ({"address": RENT, "since": "13/13/2025"}, ("wb_not_date", "H8")),
            (
                {"address": RENT, "since": dt.date(2026, 1, 2), "until": dt.date(2026, 1, 1)},
                ("unavailable_dates", "I8"),
            ),
            ({"machine": "M1"}, ("wb_blank", "C8")),
            ({"column": "Site"}, ("wb_blank", "B8")),
            ({"machine": "M1", "column": "Site"}, ("unknown_machine", "B8")),
            ({"machine": "tous", "column": "Appareil"}, ("unknown_choice", "C8")),
            ({"address": RENT, "column": "Site"}, ("wb_unavailable_two", "A8")),
        ],
    )
    def test_a_line_that_cannot_be_read(
        self, draft: Any, cells: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        fill(draft, **cells)
        (problem,) = draft.problems()
        assert (problem.code, problem.place.cell) == expected
        assert problem.place.sheet == SHEET
        assert problem.text("fr") != problem.text("en")

    def test_a_near_name_is_offered(self, draft: Any) -> None:
        draft.machine(0, Appareil="CHU-IRM-1")
        fill(draft, address="communs.rente.*")
        fill(draft, 1, machine="CHU-IRM-l", column="Site")
        words = [problem.message() for problem in draft.problems()]
        assert "communs.rent.*" in words[0]
        assert "CHU-IRM-1" in words[1]

    def test_the_same_datum_twice_is_named_on_both_rows(self, draft: Any) -> None:
        fill(draft, address=RENT)
        fill(draft, 3, address=RENT, supplier="Autre")
        found = draft.problems()
        assert places(found) == [
            ("wb_duplicate", f"{SHEET}!A8"), ("wb_duplicate", f"{SHEET}!A11"),
        ]  # fmt: skip
        assert f"{SHEET}!A11" in found[0].message()

    def test_a_datum_given_and_declared_is_named_at_both_places(self, draft: Any) -> None:
        draft.value(PRICE).value = 1_100_000
        fill(draft, address=PRICE)
        row = draft.value(PRICE).row
        found = draft.problems()
        assert places(found) == [
            ("wb_unavailable_given", f"Hypothèses!A{row}"),
            ("wb_unavailable_given", f"{SHEET}!A8"),
        ]
        assert f"{SHEET}!A8" in found[0].message()

    def test_every_line_at_fault_at_once(self, draft: Any) -> None:
        fill(draft, address="x.y.z", reason=None)
        fill(draft, 1, address=RENT, supplier=None, since="demain")
        assert sorted(cell for _, cell in places(draft.problems())) == [
            f"{SHEET}!{cell}" for cell in ("A8", "E9", "F8", "H9")
        ]

    def test_the_sheet_may_not_be_lost(self, draft: Any) -> None:
        draft.book[SHEET].title = "Non disponibles"
        (problem,) = draft.problems()
        assert problem.code == "wb_sheet_missing"
        assert "Non disponibles" in problem.message()

    def test_examples_and_words_are_not_read(self, draft: Any) -> None:
        """Two lines of example stand above the headings; « Donnée » and « État » only tell."""
        sheet = draft.book[SHEET]
        assert sheet["A4"].value == "ex. irm.maintenance_share.*"
        sheet["D8"], sheet["K8"] = "n'importe quoi", "rien"
        assert draft.scenario().unavailable == ()


class TestWriting:
    @examples(5)
    @given(unavailable(fleet=fleet_of({"class": "scanner", "acts_billed": 5000})))
    def test_what_is_declared_comes_back(self, data: tuple[Unavailable, ...]) -> None:
        spoken = tuple(
            datum.model_copy(update={
                name: " ".join(getattr(datum, name).split())
                for name in ("supplier", "detail", "instead")
            })
            for datum in data
        )  # fmt: skip
        fleet = fleet_of({"class": "scanner", "acts_billed": 5000})
        scenario = Scenario(fleet=fleet, unavailable=spoken)
        stream = io.BytesIO()
        write_template(make_case(REFERENCE, scenario), stream)
        stream.seek(0)
        assert import_workbook(stream, REFERENCE).unavailable == scenario.unavailable

    def test_it_is_shown_on_its_row_and_in_words(self) -> None:
        stream = io.BytesIO()
        write_template(make_case(REFERENCE, Scenario(unavailable=(DATUM,))), stream)
        book = openpyxl.load_workbook(stream, data_only=True)
        line = [book[SHEET][f"{column}8"].value for column in "ADEFK"]
        assert line == [
            PRICE, "Prix d'achat de l'appareil — IRM 1,5 T", "Constructeur X",
            "secret des affaires", "✓ complète",
        ]  # fmt: skip
        states = {r[0]: r[13] for r in book["Hypothèses"].iter_rows(min_row=5, values_only=True)}
        assert states[PRICE] == "∅ non disponible"
        assert states["irm.purchase_price.irm_gt_1_5t"] is None


class TestTelling:
    def test_import_counts_it(self, tmp_path: Path) -> None:
        book = tmp_path / "modele.xlsx"
        write_template(make_case(REFERENCE, Scenario(unavailable=(DATUM,))), book)
        done = CliRunner().invoke(main, ["import", str(book), "--json"])
        assert json.loads(done.stdout)["unavailable"] == 1
        assert (
            "1 donnée(s) non disponible(s)"
            in CliRunner().invoke(main, ["import", str(book)]).stdout
        )

    def test_the_differences_are_told_in_words(self) -> None:
        after = Scenario(unavailable=(DATUM,))
        changes = differences(Scenario(), after)
        assert {d.key for d in changes} == {
            f"unavailable.{PRICE}.{name}"
            for name in ("supplier", "reason", "detail", "since", "until", "instead")
        }
        told = [str(change) for change in in_words(REFERENCE, changes)]
        name = "Non disponible : Prix d'achat de l'appareil — IRM 1,5 T"
        assert f"{name}, raison : — → secret des affaires" in told
        assert f"{name}, depuis : — → 01/01/2025" in told
        (one,) = by_value(REFERENCE, changes)
        assert str(one).startswith(f"{name}, raison (et 5 autres champs) : —")
        assert diff(after, after) == []

    def test_a_datum_of_the_fleet_is_named_by_its_column(self) -> None:
        datum = DATUM.model_copy(update={"address": "fleet.acts_inpatient.M.1"})
        (first, *_) = in_words(REFERENCE, diff(Scenario(), Scenario(unavailable=(datum,))))
        assert first.what.startswith("Non disponible : Parc, Actes d'hospitalisés — M.1,")

    def test_what_is_said_beside_the_value(self) -> None:
        assert unavailable_words.by_address(Scenario(unavailable=(DATUM,))) == {
            PRICE: "Non disponible (Constructeur X) : secret des affaires, Prix négociés, depuis "
            "le 01/01/2025, jusqu'au 31/12/2026. Peut la remplacer : trois avis d'attribution."
        }
        other = Unavailable(address=RENT, supplier="A", reason="other", detail="Bail perdu.")
        assert unavailable_words.sentence(other) == "Non disponible (A) : Bail perdu."

    def test_one_persons_changes_carry_over_anothers(self) -> None:
        """I declared the rent; meanwhile another gave the price that was declared."""
        rent = Unavailable(address=RENT, supplier="A", reason="delay")
        base = Scenario(unavailable=(DATUM,))
        mine = Scenario(unavailable=(DATUM, rent))
        latest = base.with_override(Override(parameter=PRICE, mode=9e5))
        assert carry_over(base, mine, latest).unavailable == (rent,)
        # And where the other gave the very datum that I declare, the value stays.
        given = base.with_override(Override(parameter=RENT, mode=300.0))
        assert carry_over(base, mine, given).unavailable == (DATUM,)

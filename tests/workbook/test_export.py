"""Exported proposals: what they say, and what LibreOffice finds when it recalculates them."""

import datetime as dt
import io
from functools import cache

import openpyxl
import pytest

from costing.case.case import make_case
from costing.optimise.propose import propose
from costing.problems.errors import InputError
from costing.scenario.rules import SavingsDemand, ScheduleRules
from costing.scenario.scenario import Override, Scenario
from costing.workbook.export import write_evaluation, write_proposal
from costing.workbook.live.book import prices_held
from costing.workbook.verify.verify import verify
from tests.strategies import fleet_of
from tests.workbook.calc import uncomputed

PRICE = "irm.purchase_price.irm_1_5t"
ATTACKS = ("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|'/c calc'!A0", "\t=1+1")

MACHINES = fleet_of(
    {"class": "scanner", "acts_billed": 9_000, "weight": 3.5},
    {"class": "scanner", "acts_billed": 5_000, "installed_on": "2013-02-01"},
    {"class": "irm_1_5t", "acts_billed": 7_500, "acts_inpatient": 800},
    {"class": "irm_1_5t", "acts_billed": 3_000, "installed_on": "2012-06-30", "sector": "public"},
    {"class": "tep_tdm", "acts_billed": 3_000, "rank_on_authorisation": 2},
)
FEASIBLE = Scenario(
    name="=1+1",
    fleet=MACHINES,
    description="@SUM(A1)",
    overrides=(
        Override(
            parameter=PRICE, mode=1_200_000, high=1_500_000, source="-1", grade="C",
            author="=cmd|'/c calc'!A0", reason="+1", date=dt.date(2026, 3, 2),
        ),
        Override(parameter="communs.rent.irm_1_5t", mode=260),
    ),
    savings=SavingsDemand(reading="level_2027", target_eur=500_000),
    rules=ScheduleRules(
        step_dates=(dt.date(2026, 7, 1), dt.date(2027, 1, 1)),
        floor_share_of_cost={"scanner": 0.9},
    ),
)  # fmt: skip
INFEASIBLE = Scenario(
    fleet=MACHINES, savings=SavingsDemand(reading="level_2027", target_eur=3e9)
)  # fmt: skip


@pytest.fixture(scope="module")
def proposals(reference):
    found = {name: propose(make_case(reference, scenario)) for name, scenario in
             (("feasible", FEASIBLE), ("infeasible", INFEASIBLE))}  # fmt: skip
    assert found["feasible"].status == "optimal"
    assert found["infeasible"].status == "infeasible"
    return found


@pytest.fixture(scope="module")
def written(proposals):
    files = {}
    for name, proposal in proposals.items():
        stream = io.BytesIO()
        write_proposal(proposal, stream)
        files[name] = stream.getvalue()
    return files


@cache
def opened(data, data_only=True):
    return openpyxl.load_workbook(io.BytesIO(data), data_only=data_only)


def cells(book):
    return {
        (sheet.title, cell.coordinate): cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def texts(book):
    return [cell.value for cell in cells(book).values() if isinstance(cell.value, str)]


COMPUTING = [
    "Barème", "Structure", "Économies", "Effets", "Comparaison", "Un appareil", "Volumes",
    "Coûts unitaires", "Coûts IRM", "Coûts Scanner", "Coûts TEP", "Hypothèses", "Activité", "Choix",
    "Menu", "Parc", "Non disponible", "Périmètre", "Tarifs officiels", "Périodes",
    "Tarifs appliqués", "Évolution", "Poids", "Appareils comparés", "Appareils 2025",
    "Appareils 2026", "Appareils 2027",
]  # fmt: skip


@pytest.mark.parametrize("name", ["feasible", "infeasible"])
def test_sheets(written, name):
    assert opened(written[name]).sheetnames == [
        "Lisez-moi", "Synthèse", *COMPUTING, "Contraintes", "Modifications", "Sources", "Listes",
        "Scénario d'origine",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["feasible", "infeasible"])
def test_identity(written, proposals, name):
    book, case = opened(written[name]), proposals[name].case
    told = [c.value for row in book["Lisez-moi"].iter_rows() for c in row]
    assert case.scenario.hash in told
    assert case.reference.fingerprint in told
    summary = [c.value for row in book["Synthèse"].iter_rows() for c in row]
    assert proposals[name].words in summary


def test_a_synthetic_fleet_is_said_on_every_sheet_of_results(reference):
    fleet = MACHINES.model_copy(update={"synthetic": True})
    stream = io.BytesIO()
    case = make_case(reference, Scenario(fleet=fleet))
    write_evaluation(case, prices_held(case), stream)
    book = opened(stream.getvalue())
    for name in ("Synthèse", "Économies", "Effets", "Comparaison"):
        shown = [c.value for row in book[name].iter_rows(max_row=4) for c in row]
        assert any(str(text).startswith("PARC SYNTHÉTIQUE") for text in shown), name


def test_prices_are_those_of_the_proposal(written, proposals):
    """Every price of every date, found beside the official one."""
    proposal = proposals["feasible"]
    sheet = opened(written["feasible"])["Barème"]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[5], int | float)]
    assert len(rows) == len(proposal.schedule.cells)
    first, second = proposal.case.scenario.rules.step_dates
    shown = sorted((row[5], row[6], row[7], row[9]) for row in rows)
    official = proposal.case.reference.schedule
    expected = sorted(
        (
            official.price(cell, dt.date(2024, 3, 1)),
            official.price(cell, dt.date(2026, 6, 30)),
            proposal.prices[first][cell],
            proposal.prices[second][cell],
        )
        for cell in proposal.schedule.cells
    )
    assert shown == expected


def test_the_official_price_of_a_known_cell(written):
    """MRI 1.5 T, not amortised, province: 171.97 € on 01/03/2024, band up to 4 750 acts."""
    sheet = opened(written["feasible"])["Barème"]
    (row,) = [
        row
        for row in sheet.iter_rows(values_only=True)
        if row[:3] == ("IRM 1,5 T", "non amorti", "province")
    ]
    assert row[3:6] == (1, 4750, 171.97)


def test_savings_are_those_of_the_proposal(written, proposals):
    rows = {}
    for row in opened(written["feasible"])["Économies"].iter_rows(values_only=True):
        rows.setdefault(row[0], row)
    for year, saved in proposals["feasible"].savings.items():
        assert rows[year][3] == pytest.approx(saved, rel=1e-9)
    total = sum(proposals["feasible"].savings.values())
    assert rows["Somme"][3] == pytest.approx(total, rel=1e-9)
    assert rows["Atteint par le barème"][1] == rows[2027][3]


def test_each_grouping_adds_up_to_the_same_fleet(written):
    rows = [
        row
        for row in opened(written["feasible"])["Effets"].iter_rows(values_only=True)
        if row[0] == "Ensemble"
    ]
    assert len(rows) == 5
    for row in rows[1:]:
        assert row[1:] == pytest.approx(rows[0][1:], rel=1e-9)


def test_changed_values_bear_a_mark(written):
    rows = list(opened(written["feasible"])["Hypothèses"].iter_rows(min_row=5, values_only=True))
    marked = [row[0] for row in rows if any(str(v).startswith("● modifié") for v in row)]
    assert sorted(marked) == ["communs.rent.irm_1_5t", PRICE]


def test_changes_give_both_values(written):
    rows = list(opened(written["feasible"])["Modifications"].iter_rows(values_only=True))
    (row,) = [row for row in rows if row[0] == PRICE]
    assert row[4:10] == (700_000, 1_000_000, 1_300_000, 700_000, 1_200_000, 1_500_000)
    assert row[10] == pytest.approx(0.2)
    keys = {row[0] for row in rows}
    assert {"savings.reading", "rules.step_dates.1", "rules.floor_share_of_cost.scanner"} <= keys
    assert "savings.share_on_fee" not in keys


def test_a_conflict_names_ways_out(written, proposals):
    shown = texts(opened(written["infeasible"]))
    conflict = proposals["infeasible"].conflict
    assert conflict
    assert all(way.words in shown for way in conflict)
    assert shown.count("bloque") == len({(way.constraint, way.scope) for way in conflict})


@pytest.mark.parametrize("name", ["feasible", "infeasible"])
def test_no_text_becomes_a_formula(written, name):
    book = opened(written[name], data_only=False)
    formulas = [c.value for c in cells(book).values() if c.data_type == "f"]
    assert formulas
    assert not any(attack in str(formula) for formula in formulas for attack in ATTACKS[4:])
    if name == "feasible":
        found = cells(book)
        for text in ("=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)"):
            same = [cell for cell in found.values() if cell.value == text]
            assert same, text
            assert all(cell.data_type == "s" for cell in same)


def test_a_path_is_written_like_a_stream(proposals, written, tmp_path):
    path = tmp_path / "p.xlsx"
    write_proposal(proposals["feasible"], path)
    assert path.read_bytes() == written["feasible"]


def test_a_proposal_without_reform_says_so(written):
    shown = texts(opened(written["feasible"]))
    assert "inchangée" in shown
    assert any(text.startswith("Structure inchangée") for text in shown)


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", ["feasible", "infeasible"])
def test_libreoffice_computes_every_cell_the_same(written, recalculated, reference, tmp_path, name):
    """The values are taken out of the file first, so that none can be kept instead of computed."""
    path = tmp_path / f"{name}.xlsx"
    path.write_bytes(uncomputed(written[name]))
    with pytest.raises(InputError) as refused:
        verify(path, reference)
    assert {fault.code for fault in refused.value.problems} == {"wb_uncomputed"}
    found = verify(recalculated(path), reference)
    assert not found.gaps
    assert not found.changed
    assert found.cells > 5_000


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", ["feasible", "infeasible"])
def test_libreoffice_opens_the_file_as_it_is(written, recalculated, tmp_path, name):
    path = tmp_path / f"{name}.xlsx"
    path.write_bytes(written[name])
    found = opened(recalculated(path).read_bytes())
    assert found.sheetnames == opened(written[name]).sheetnames
    assert not [key for key, cell in cells(found).items() if cell.data_type == "e"]

"""Exported proposals that change the structure, or whose fleet answers: small fleets, solved."""

import datetime as dt
import io

import numpy as np
import pytest

from costing.analysis.account.savings import savings
from costing.case.case import make_case
from costing.optimise.propose import propose
from costing.scenario.rules import Behaviour, SavingsDemand, ScheduleRules, StructureChoice
from costing.scenario.scenario import Scenario
from costing.schedule_file.file import read_schedule
from costing.workbook.export import write_proposal
from costing.workbook.verify.verify import verify
from tests.strategies import fleet_of
from tests.workbook.calc import uncomputed
from tests.workbook.test_export import opened

MACHINES = fleet_of(
    {"class": "scanner", "acts_billed": 9_000},
    {"class": "scanner", "acts_billed": 5_000},
    {"class": "irm_1_5t", "acts_billed": 7_500},
    {"class": "irm_1_5t", "acts_billed": 3_000},
    {"class": "tep_tdm", "acts_billed": 3_000},
)
SMALL = SavingsDemand(reading="level_2027", target_eur=1_200_000, share_on_fee=1.0)
#: The structure may change on the first of two dates, and does.
REFORMED = Scenario(
    fleet=MACHINES,
    savings=SMALL,
    rules=ScheduleRules(
        step_dates=(dt.date(2027, 1, 1), dt.date(2027, 7, 1)),
        structure=(
            StructureChoice(parameter="reference_activity", scope="irm_1_5t", candidates=(4000,)),
            StructureChoice(parameter="amortisation_years", scope="scanner", candidates=(8,)),
        ),
    ),
)
#: Operators do fewer acts where an act pays more.
ANSWERED = Scenario(
    fleet=MACHINES,
    savings=SMALL,
    rules=ScheduleRules(behaviour=Behaviour(elasticity={"irm": -0.2})),
)


@pytest.fixture(scope="module")
def proposals(reference):
    found = {name: propose(make_case(reference, scenario)) for name, scenario in
             (("reformed", REFORMED), ("answered", ANSWERED))}  # fmt: skip
    assert {proposal.status for proposal in found.values()} == {"optimal"}
    return found


@pytest.fixture(scope="module")
def written(proposals):
    files = {}
    for name, proposal in proposals.items():
        stream = io.BytesIO()
        write_proposal(proposal, stream)
        files[name] = stream.getvalue()
    return files


@pytest.mark.parametrize("name", ["reformed", "answered"])
def test_the_schedule_is_read_back_as_it_was(written, proposals, reference, name):
    wanted = proposals[name].schedule
    assert (proposals[name].reform is not None) == (name == "reformed")
    found = read_schedule(written[name], reference, "proposition.xlsx")
    assert found.dates == wanted.dates
    assert np.array_equal(found.amounts, wanted.amounts, equal_nan=True)
    assert found.reforms == wanted.reforms


def test_savings_with_and_without_answers(written, proposals):
    """The sheets' own fleet does not answer; the proposal's savings are those of one that does."""
    proposal = proposals["answered"]
    (plain,) = [y for y in savings(proposal.case, proposal.schedule) if y.year == 2027]
    rows = {}
    book = opened(written["answered"])
    for row in book["Économies"].iter_rows(values_only=True):
        rows.setdefault(row[0], row)
    assert rows[2027][3] == pytest.approx(plain.saved_eur, rel=1e-9)
    assert abs(plain.saved_eur - proposal.savings[2027]) > 1_000
    for name in ("Économies", "Effets"):
        shown = " ".join(str(c.value) for row in book[name].iter_rows(max_row=4) for c in row)
        assert "n'y répondent pas" in shown
    summary = {row[0]: row for row in book["Synthèse"].iter_rows(values_only=True)}
    told = summary["Économies, exploitants répondant"][1]
    assert told == pytest.approx(sum(proposal.savings.values()))


def test_the_first_sheet_says_whether_the_fleet_answers(written, proposals):
    remark = {
        name: {row[0]: row for row in opened(written[name])["Synthèse"].iter_rows(values_only=True)}
        for name in ("reformed", "answered")
    }
    assert "Réponses des exploitants" not in remark["reformed"]
    rounds = proposals["answered"].answers.rounds
    assert f"en {rounds} tour" in remark["answered"]["Réponses des exploitants"][2]


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", ["reformed", "answered"])
def test_libreoffice_computes_every_cell_the_same(written, recalculated, reference, tmp_path, name):
    path = tmp_path / f"{name}.xlsx"
    path.write_bytes(uncomputed(written[name]))
    found = verify(recalculated(path), reference)
    assert not found.gaps
    assert not found.changed


@pytest.mark.libreoffice
def test_the_schedule_is_read_back_from_libreoffice(
    written, proposals, reference, recalculated, tmp_path
):
    path = tmp_path / "reformed.xlsx"
    path.write_bytes(written["reformed"])
    found = read_schedule(recalculated(path), reference)
    wanted = proposals["reformed"].schedule
    assert np.array_equal(found.amounts, wanted.amounts, equal_nan=True)
    assert found.reforms == wanted.reforms

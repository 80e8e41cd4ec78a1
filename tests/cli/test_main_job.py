"""The main job in one go: a filled workbook in, cost, comparison, optimum, a proposal out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from costing import paths
from costing.analysis.account.comparison import compare
from costing.analysis.account.savings import savings
from costing.case.case import make_case
from costing.case.costs import annual_cost
from costing.optimise.propose import propose
from costing.workbook.export import write_proposal
from costing.workbook.imported.importer import import_workbook
from tests.shared import REFERENCE


@pytest.mark.libreoffice
def test_a_filled_workbook_becomes_a_proposal_that_libreoffice_opens(
    converted: Callable[..., list[Path]], tmp_path: Path
) -> None:
    scenario = import_workbook(paths.WORKBOOKS / "exemple_rempli.xlsx", REFERENCE)
    assert scenario.overrides
    assert scenario.fleet is not None
    case = make_case(REFERENCE, scenario)

    code = str(case.fleet.frame["class"].iloc[0])
    assert float(annual_cost(case, code, 6_000).total()) > 0
    rows, overall = compare(case, dt.date(2024, 3, 1))
    assert set(rows["class"]) == set(case.fleet.frame["class"])
    assert overall["cost_eur"].gt(0).all()

    proposal = propose(case)
    assert proposal.status == "optimal"
    assert proposal.schedule is not None
    again = {year.year: year.saved_eur for year in savings(case, proposal.schedule)}
    assert again == pytest.approx(proposal.savings, abs=1e-3)

    exported = tmp_path / "proposition.xlsx"
    write_proposal(proposal, exported)
    (opened,) = converted(tmp_path / "opened", exported)
    book = openpyxl.load_workbook(opened, data_only=True)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [f"{c.parent.title}!{c.coordinate}" for c in cells if c.data_type == "e"]
    texts = {cell.value for cell in cells if isinstance(cell.value, str)}
    assert any(scenario.hash[:12] in text for text in texts)
    numbers = {round(c.value, 2) for c in cells if isinstance(c.value, int | float)}
    assert {round(p, 2) for prices in proposal.prices.values() for p in prices.values()} <= numbers

"""What the workbook carries beyond plain rules: demands, objectives, costs, structure, answers."""

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.case.case import make_case
from costing.scenario.menu import CONSTRAINTS, OBJECTIVES
from costing.scenario.rules import Behaviour, Demand, SavingsDemand, ScheduleRules, StructureChoice
from costing.scenario.scenario import Scenario, revised
from costing.values.quantity import Quantity
from costing.workbook.grid.cells import read_number
from costing.workbook.imported.importer import import_workbook
from costing.workbook.sheets.choices.row import written
from costing.workbook.sheets.choices.rows import assemble, choice_text, choices
from costing.workbook.template import write_template
from costing.xlsx.cell import Raw
from tests.shared import examples
from tests.strategies import decimals, fleet_of, rules, savings

FULL = Scenario(
    savings=SavingsDemand(yearly_eur={2026: 20e6, 2027: 80e6}, carry_over=True),
    rules=ScheduleRules(
        zones_in_order=False,
        rounding_eur=0.1,
        floor_share_of_cost={"scanner": 0.95},
        demands=(
            Demand(constraint="step_cut", scope="irm_1_5t", value=0.1),
            Demand(constraint="neutrality", scope="Bretagne", value=0.03, level=0.4),
            Demand(constraint="neutrality", scope="liberal", value=0.05),
            Demand(constraint="sector_ceiling", scope="tep", value=155.25),
            Demand(constraint="machine_floor", value=1.0, level=0.1),
            Demand(constraint="sole_machine", scope="irm", value=-0.05),
            Demand(constraint="total_cut", value=0.285),
        ),
        objectives=("near_cost", "even_zone", "fewest_cells", "smooth", "loss"),
        return_on_cost=0.06,
        cost_risk="cvar",
        cost_level=0.9,
        structure=(
            StructureChoice(parameter="amortisation_years", candidates=(7, 8, 10.125, 14)),
            StructureChoice(parameter="reference_activity", scope="irm", candidates=(4500, 6000)),
            StructureChoice(parameter="rank_factor", scope="scanner", candidates=(0.285, 0.75, 1)),
            StructureChoice(parameter="threshold_1", scope="irm_1_5t", candidates=(9000,)),
        ),
        behaviour=Behaviour(
            elasticity={"irm": -0.2, "irm.liberal": 0.35, "tep": 0.0},
            renewal=0.5,
            second_machine=0.25,
        ),
    ),
)


#: A machine of each class and part of the fleet that something is asked of.
MACHINES = fleet_of(
    {"class": "scanner", "acts_billed": 9_000},
    {"class": "irm_1_5t", "acts_billed": 4_000},
    {"class": "tep_tdm", "acts_billed": 3_000},
)


def template_of(reference, scenario):
    stream = io.BytesIO()
    write_template(make_case(reference, scenario), stream)
    stream.seek(0)
    return stream


def fill(draft, start, **cells):
    for part, value in cells.items():
        draft.choice(f"{start}.{part}").value = value


def one(problems):
    assert len(problems) == 1, [problem.text() for problem in problems]
    return problems[0]


def at(draft, key):
    return ("Choix", draft.choice(key).coordinate)


def found(problems):
    return {(p.code, p.place.sheet, p.place.cell) for p in problems}


class TestRoundTrips:
    def test_every_new_field(self, reference):
        back = import_workbook(template_of(reference, FULL), reference)
        assert back == FULL
        assert back.hash == FULL.hash

    def test_rows_hold_every_field(self, reference):
        """Nothing of the demand of savings or of the rules is without a row."""
        rows = {choice.key: choice.value for choice in choices(reference, FULL)}
        assert revised(Scenario(), **assemble(rows)) == FULL

    @given(savings=savings(), rules=rules())
    def test_any_rules_as_rows(self, reference, savings, rules):
        scenario = Scenario(savings=savings, rules=rules)
        rows = {choice.key: choice.value for choice in choices(reference, scenario)}
        assert revised(Scenario(), **assemble(rows)) == scenario

    @given(rules=rules(), carry_over=st.booleans())
    @examples(8)
    def test_any_rules_as_a_file(self, reference, rules, carry_over):
        # A file keeps sixteen digits of a number: these two are drawn with more.
        floors = {code: round(share, 4) for code, share in rules.floor_share_of_cost.items()}
        cut = round(rules.largest_cut_per_step, 4)
        changes = {"floor_share_of_cost": floors, "largest_cut_per_step": cut}
        scenario = Scenario(
            savings=SavingsDemand(carry_over=carry_over), rules=rules.model_copy(update=changes)
        )
        make_case(reference, scenario)
        assert import_workbook(template_of(reference, scenario), reference) == scenario

    @given(st.lists(decimals(0, 200_000), min_size=1), st.sampled_from(("act/year", "share")))
    def test_numbers_of_one_cell_keep_their_digits(self, values, unit):
        allowed = Quantity(unit, 0, 1e6)
        texts = written(values, allowed).split(";")
        assert [read_number(Raw(text), allowed) for text in texts] == values

    @pytest.mark.libreoffice
    def test_libreoffice_keeps_them(self, reference, recalculated, tmp_path):
        path = tmp_path / "exigences.xlsx"
        path.write_bytes(template_of(reference, FULL).getvalue())
        assert import_workbook(recalculated(path), reference) == FULL


class TestAsTyped:
    def test_a_demand(self, draft):
        fill(draft, "rules.demands.2", constraint="Plancher par appareil", scope="secteur public",
             value="95 %", level="5%")  # fmt: skip
        fill(draft, "rules.demands.5", constraint="sector_ceiling", scope="Scanner, toutes classes",
             value="150 € / acte")  # fmt: skip
        assert draft.scenario().rules.demands == (
            Demand(constraint="machine_floor", scope="public", value=0.95, level=0.05),
            Demand(constraint="sector_ceiling", scope="scanner", value=150),
        )

    def test_objectives_in_the_order_of_their_numbers(self, draft):
        fill(draft, "rules.objectives", **{"1": "Moindre perte du plus touché", "2": None,
                                           "3": "exact", "4": "even"})  # fmt: skip
        assert draft.scenario().rules.objectives == ("largest_loss", "exact", "even")

    def test_a_part_of_the_structure(self, draft):
        start = "rules.structure.1"
        fill(draft, start, parameter="Années avant « amorti »", scope="tous",
             candidates="14;7 ; 8,5 ;")  # fmt: skip
        choice = StructureChoice(parameter="amortisation_years", candidates=(7, 8.5, 14))
        assert draft.scenario().rules.structure == (choice,)

    def test_a_single_number_is_a_number(self, draft):
        fill(draft, "rules.structure.1", parameter="rank_factor", scope="irm", candidates=0.8)
        draft.choice("rules.structure.1.candidates").number_format = "0%"
        (choice,) = draft.scenario().rules.structure
        assert choice.candidates == (0.8,)

    def test_an_elasticity_of_a_sector_is_added_at_the_bottom(self, draft):
        sheet = draft.book["Choix"]
        row = sheet.max_row + 1
        sheet.cell(row, 1).value = "rules.behaviour.elasticity.irm.liberal"
        sheet.cell(row, draft.choice("seed").column).value = "-0,3"
        draft.choice("rules.behaviour.elasticity.tep").value = 0.1
        behaviour = draft.scenario().rules.behaviour
        assert behaviour.elasticity == {"tep": 0.1, "irm.liberal": -0.3}

    def test_rows_in_any_order(self, draft):
        """What rules a row may stand below it."""
        fill(draft, "rules.demands.1", constraint="total_cut", scope="*", value="30 %")
        keys = [draft.choice(f"rules.demands.1.{part}").row for part in ("constraint", "value")]
        sheet = draft.book["Choix"]
        for column in range(1, 6):
            cells = [sheet.cell(row, column) for row in keys]
            cells[0].value, cells[1].value = cells[1].value, cells[0].value
        assert draft.scenario().rules.demands == (Demand(constraint="total_cut", value=0.3),)


DEMAND = {"constraint": "total_cut", "scope": "*", "value": "30 %"}
STRUCTURE = {"parameter": "amortisation_years", "scope": "*", "candidates": "7 ; 8"}


@pytest.mark.parametrize(
    ("start", "cells", "part", "code"),
    [
        ("demands.1", {**DEMAND, "constraint": "Baisse maximal en tout"}, "constraint",
         "unknown_choice"),
        ("demands.1", {**DEMAND, "constraint": "no_rise"}, "constraint", "unknown_choice"),
        ("demands.1", {**DEMAND, "constraint": None}, "constraint", "wb_blank"),
        ("demands.1", {**DEMAND, "scope": None}, "scope", "wb_blank"),
        ("demands.1", {**DEMAND, "scope": "Bretagne"}, "scope", "unknown_choice"),
        ("demands.1", {**DEMAND, "value": None}, "value", "wb_blank"),
        ("demands.1", {**DEMAND, "value": "130 %"}, "value", "wb_out_of_range"),
        ("demands.1", {**DEMAND, "value": 0.3}, "value", "wb_ambiguous_rate"),
        ("demands.1", {**DEMAND, "value": "-10 %"}, "value", "wb_out_of_range"),
        ("demands.1", {**DEMAND, "constraint": "sector_ceiling"}, "value",
         "wb_percent_unexpected"),
        ("demands.1", {**DEMAND, "constraint": "sector_ceiling", "value": 6000}, "value",
         "wb_out_of_range"),
        ("demands.1", {**DEMAND, "level": "10 %"}, "level", "wb_out_of_range"),
        ("demands.1", {"level": "10 %"}, "constraint", None),
        ("demands.1", {**DEMAND, "constraint": "neutrality", "level": "-200 %"}, "level",
         "wb_out_of_range"),
        ("structure.1", {**STRUCTURE, "parameter": "threshold_3"}, "parameter", "unknown_choice"),
        ("structure.1", {**STRUCTURE, "scope": "public"}, "scope", "unknown_choice"),
        ("structure.1", {**STRUCTURE, "candidates": None}, "candidates", "wb_blank"),
        ("structure.1", {**STRUCTURE, "candidates": " ; "}, "candidates", "wb_not_number"),
        ("structure.1", {**STRUCTURE, "candidates": "7, 8, 10"}, "candidates", "wb_not_number"),
        ("structure.1", {**STRUCTURE, "candidates": "7 ; huit"}, "candidates", "wb_not_number"),
        ("structure.1", {**STRUCTURE, "candidates": "7 ; 40"}, "candidates", "demand_range"),
        ("structure.1", {**STRUCTURE, "candidates": " ; ".join("123456789")}, "candidates",
         "wb_out_of_range"),
        ("structure.1", {**STRUCTURE, "parameter": "rank_factor", "candidates": "0,8"},
         "candidates", "wb_ambiguous_rate"),
        ("objectives", {"1": None}, "1", "wb_blank"),
        ("objectives", {"1": "le meilleur"}, "1", "unknown_choice"),
        ("behaviour", {"renewal": "110 %"}, "renewal", "wb_out_of_range"),
        ("behaviour", {"second_machine": None}, "second_machine", "wb_blank"),
        ("behaviour", {"elasticity.irm": 4}, "elasticity.irm", "wb_out_of_range"),
        ("behaviour", {"elasticity.irm": "-30 %"}, "elasticity.irm", "wb_percent_unexpected"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_refused_where_it_stands(draft, start, cells, part, code):
    fill(draft, f"rules.{start}", **cells)
    problems = draft.problems()
    if code is None:  # a second number alone: all the rest of the demand is missing
        blank = [at(draft, f"rules.demands.1.{name}") for name in ("constraint", "scope", "value")]
        assert found(problems) == {("wb_blank", *place) for place in blank}
        return
    problem = one(problems)
    assert problem.code == code
    assert (problem.place.sheet, problem.place.cell) == at(draft, f"rules.{start}.{part}")
    assert problem.text("fr") != problem.text("en")


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("savings.carry_over", "peut-être", "unknown_choice"),
        ("rules.return_on_cost", "6", "wb_ambiguous_rate"),
        ("rules.cost_risk", "Monte-Carlo", "unknown_choice"),
        ("rules.cost_level", "40 %", "wb_out_of_range"),
    ],
)
def test_a_wrong_choice_is_refused(draft, key, value, code):
    draft.choice(key).value = value
    problem = one(draft.problems())
    assert (problem.code, problem.place.sheet, problem.place.cell) == (code, *at(draft, key))


def test_the_scopes_that_a_constraint_admits_are_named(draft):
    fill(draft, "rules.demands.1", **{**DEMAND, "scope": "secteur libéral"})
    message = one(draft.problems()).message()
    assert "IRM, toutes classes" in message
    assert "secteur public" not in message


def test_a_number_left_out_does_not_shift_the_cells(draft):
    """The second part of the structure is the scenario's first: its fault is still at its cell."""
    fill(draft, "rules.structure.2", **{**STRUCTURE, "candidates": "7 ; 31"})
    fill(draft, "rules.structure.3", **{**STRUCTURE, "scope": "irm", "candidates": "8 ; 32"})
    assert found(draft.problems()) == {
        ("demand_range", *at(draft, f"rules.structure.{number}.candidates")) for number in (2, 3)
    }


def test_what_is_asked_twice_is_named_at_both(draft):
    fill(draft, "rules.demands.1", **DEMAND)
    fill(draft, "rules.demands.3", **{**DEMAND, "value": "20 %"})
    fill(draft, "rules.structure.1", **STRUCTURE)
    fill(draft, "rules.structure.2", **STRUCTURE)
    draft.choice("rules.objectives.4").value = "loss"
    problems = draft.problems()
    keys = ("demands.1.constraint", "demands.3.constraint", "objectives.1", "objectives.4",
            "structure.1.parameter", "structure.2.parameter")  # fmt: skip
    places = [at(draft, f"rules.{key}") for key in keys]
    assert [(p.code, p.place.sheet, p.place.cell) for p in problems] == [
        ("wb_duplicate", *place) for place in places
    ]
    assert problems[0].value == "Baisse maximale en tout · tous"
    assert places[1][1] in problems[0].message()


def test_every_problem_at_once(draft):
    """Cells, a block, the scenario's own schema and the values: none hides another."""
    draft.value("irm.purchase_price.irm_1_5t").value = "1.234"
    draft.choice("savings.share_on_fee").value = "moitié"
    draft.choice("savings.other_levers.2.label").value = "Pertinence"
    fill(draft, "rules.demands.1", **{**DEMAND, "scope": "public"})
    fill(draft, "rules.demands.2", **{**DEMAND, "value": "beaucoup"})
    fill(draft, "rules.structure.2", **{**STRUCTURE, "candidates": "7 ; 40"})
    fill(draft, "rules.behaviour", **{"elasticity.irm": 5})
    assert found(draft.problems()) == {
        ("wb_ambiguous_number", "Hypothèses",
         draft.value("irm.purchase_price.irm_1_5t").coordinate),
        ("wb_not_number", *at(draft, "savings.share_on_fee")),
        ("wb_blank", *at(draft, "savings.other_levers.2.date")),
        ("wb_blank", *at(draft, "savings.other_levers.2.annual_amount_eur")),
        ("unknown_choice", *at(draft, "rules.demands.1.scope")),
        ("wb_not_number", *at(draft, "rules.demands.2.value")),
        ("demand_range", *at(draft, "rules.structure.2.candidates")),
        ("wb_out_of_range", *at(draft, "rules.behaviour.elasticity.irm")),
    }  # fmt: skip


def test_an_unknown_modality_has_no_elasticity(draft):
    cell = draft.cell("Choix", "rules.behaviour.elasticity.irm", "Clé")
    cell.value = "rules.behaviour.elasticity.echo"
    problem = one(draft.problems())
    assert (problem.code, problem.place.cell) == ("wb_unknown_key", cell.coordinate)


def test_the_menu_says_all_that_may_be_chosen(template):
    sheet = openpyxl.load_workbook(io.BytesIO(template))["Menu"]
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True)}
    asked = {c.label.fr for c in CONSTRAINTS.values() if c.on_demand}
    assert {*asked, *(o.label.fr for o in OBJECTIVES.values())} <= set(rows)
    assert "Ordre des zones gardé" not in rows
    _, _, scopes, value, second = rows["Plancher par appareil"]
    assert (scopes, value) == (
        "tous, une classe, une modalité, une région ou un secteur",
        "Part du coût couverte, de 0 % à 300 % ; d'usage : 100 %",
    )
    assert second == "Part des appareils laissés dessous, de 0 % à 100 % ; d'usage : 0 %"


def test_lists_offer_what_the_menu_declares(template):
    book = openpyxl.load_workbook(io.BytesIO(template))
    columns = [[c.value for c in column[1:] if c.value] for column in book["Listes"].iter_cols()]
    assert [c.label.fr for c in CONSTRAINTS.values() if c.on_demand] in columns
    assert [objective.label.fr for objective in OBJECTIVES.values()] in columns


def test_choices_in_words(reference):
    words = {choice.key: choice_text(choice) for choice in choices(reference, FULL)}
    assert words["rules.demands.1.constraint"] == "Baisse maximale par étape"
    assert words["rules.demands.3.scope"] == "secteur libéral"
    assert words["rules.demands.5.scope"] == "tous"
    assert words["rules.demands.2.level"] == "40,0 %"
    assert words["rules.demands.3.level"] == "—"
    assert words["rules.demands.4.value"] == "155,25 €"
    assert words["rules.structure.1.candidates"] == "7 ; 8 ; 10,1250 ; 14 ans"
    assert words["rules.structure.3.candidates"] == "28,5 % ; 75 % ; 100 %"
    assert words["rules.behaviour.elasticity.irm"] == "-0,2"
    assert words["rules.cost_risk"] == "moyenne des pires tirages (CVaR)"


class TestProposal:
    @pytest.fixture
    def proposal(self, reference):
        from costing.optimise.proposal import Proposal

        return Proposal(
            case=make_case(reference, FULL.model_copy(update={"fleet": MACHINES})),
            status="infeasible",
            required_eur=150e6, reachable_eur=1e6,
            words="Aucun barème.",
        )  # fmt: skip

    def test_the_exported_workbook_shows_the_choices(self, proposal):
        from costing.workbook.export import write_proposal

        stream = io.BytesIO()
        write_proposal(proposal, stream)
        book = openpyxl.load_workbook(stream)
        rows = {row[0]: row[1] for row in book["Synthèse"].iter_rows(values_only=True)}
        assert rows["Exigence 4 : contrainte"] == "Plafond d'un autre secteur"
        assert rows["Objectif 5"] == "Moindre perte totale"
        assert rows["Structure 2 : valeurs à essayer"] == "4500 ; 6000 actes / an"
        assert rows["Élasticité des actes, IRM, secteur libéral"] == "0,35"
        changed = {row[0] for row in book["Modifications"].iter_rows(values_only=True)}
        assert {"savings.carry_over", "rules.demands.7.value", "rules.cost_level"} <= changed

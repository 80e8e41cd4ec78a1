"""Whole import workbooks: round trips, and every problem at once with its sheet and cell."""

import datetime as dt
import io

import openpyxl
import pytest

from costing.case.case import make_case
from costing.scenario.rules import Lever, SavingsDemand, ScheduleRules
from costing.scenario.scenario import Conventions, Override, Scenario, revised
from costing.workbook.imported.importer import import_workbook
from costing.workbook.imported.remarks import far_values
from costing.workbook.sheets.choices.rows import assemble, choices
from costing.workbook.template import write_template

PRICE = "irm.purchase_price.irm_1_5t"


def import_case(reference, scenario):
    stream = io.BytesIO()
    write_template(make_case(reference, scenario), stream)
    stream.seek(0)
    return import_workbook(stream, reference)


def one(problems):
    assert len(problems) == 1, [problem.text() for problem in problems]
    return problems[0]


def test_an_untouched_template_is_the_reference(reference, template):
    scenario = import_workbook(io.BytesIO(template), reference)
    assert scenario.hash == Scenario().hash
    assert scenario.overrides == ()
    assert scenario.fleet is None


def test_openpyxl_does_not_lose_anything(draft):
    """Another program may open and save the template without changing what it says."""
    assert draft.scenario().hash == Scenario().hash


def test_a_scenario_survives_the_round_trip(reference):
    scenario = Scenario(
        overrides=(
            Override(
                parameter="communs.rent.*", mode=300, high=500, author="A", reason="=SOMME(A1)",
                date=dt.date(2026, 1, 2),
            ),
            Override(parameter="communs.rent.irm_1_5t", mode=350, source="bail 2025", grade="B"),
            Override(parameter=PRICE, mode=900_000, vat="excluded", source="devis", grade="C"),
            Override(parameter="machine_classes.threshold_1.irm", mode=9000),
        )
    )  # fmt: skip
    assert import_case(reference, scenario) == scenario


def test_progress_ends_at_one(reference, template):
    told = []
    import_workbook(io.BytesIO(template), reference, lambda share, words: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0


class TestOverrides:
    def test_a_changed_value_without_source_is_the_experts_own(self, draft):
        draft.value(PRICE).value = "1,1 M€"
        draft.value(PRICE, "Pourquoi").value = "Deux devis"
        draft.value(PRICE, "Qui").value = "Expert B"
        (override,) = draft.scenario().overrides
        assert override == Override(
            parameter=PRICE, mode=1_100_000, source="saisie de l'expert", grade="D",
            author="Expert B", reason="Deux devis",
        )  # fmt: skip

    def test_a_changed_value_with_its_source_keeps_its_grade(self, draft):
        draft.value(PRICE).value = 1_100_000
        draft.value(PRICE, "Source").value = "Marché 2025"
        draft.value(PRICE, "Note").value = "B"
        draft.value(PRICE, "Le").value = "02/03/2026"
        (override,) = draft.scenario().overrides
        assert (override.source, override.grade) == ("Marché 2025", "B")
        assert override.date == dt.date(2026, 3, 2)

    def test_a_grade_cannot_rise_on_the_source_of_another_value(self, draft):
        address = "communs.cost_of_capital.*"
        draft.value(address).value = 0.04
        draft.value(address, "Note").value = "A"
        problem = one(draft.problems())
        assert problem.code == "wb_grade_without_source"
        assert problem.place.cell == draft.value(address, "Note").coordinate

    def test_a_bound_alone_is_a_change(self, draft):
        draft.value(PRICE, "Haut").value = 1_500_000
        (override,) = draft.scenario().overrides
        assert (override.low, override.mode, override.high) == (None, 1_000_000, 1_500_000)

    def test_a_new_source_for_the_same_value_is_kept(self, draft):
        draft.value(PRICE, "Source").value = "Audit 2026"
        draft.value(PRICE, "Note").value = "A"
        (override,) = draft.scenario().overrides
        assert (override.mode, override.source, override.grade) == (1_000_000, "Audit 2026", "A")

    def test_a_percent_cell_and_a_percent_text_say_the_same(self, draft):
        draft.value("communs.cost_of_capital.*").value = 0.04
        first = draft.scenario()
        draft.value("communs.cost_of_capital.*").value = "4 %"
        assert draft.scenario() == first

    def test_a_value_for_one_class_is_added_at_the_bottom(self, draft):
        sheet = draft.book["Hypothèses"]
        row = sheet.max_row
        for name, value in (("Adresse", "communs.rent.scanner"), ("Bas", 100), ("Mode", 200),
                            ("Haut", 300)):  # fmt: skip
            column = draft.value(PRICE, name).column if name != "Adresse" else 1
            sheet.cell(row, column).value = value
        (override,) = draft.scenario().overrides
        assert override.parameter == "communs.rent.scanner"
        assert (override.low, override.mode, override.high) == (100, 200, 300)

    def test_a_fleet_does_not_change_by_class(self, draft):
        """Growth and renewal are by modality: a value of a class would count for nothing."""
        sheet = draft.book["Hypothèses"]
        row = sheet.max_row
        sheet.cell(row, 1).value = "dynamics.machine_growth.irm_1_5t"
        sheet.cell(row, draft.value(PRICE, "Mode").column).value = 0.02
        (problem,) = draft.problems()
        assert (problem.code, problem.place.cell) == ("unknown_parameter", f"A{row}")
        assert "dynamics.machine_growth.irm" in problem.message()


def test_a_text_that_looks_like_a_formula_stays_a_text(reference):
    name = '=HYPERLINK("http://example.org")'
    assert import_case(reference, Scenario(name=name)).name == name


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "=cmd|'/c calc'!A0;"])
def test_no_text_leaves_as_a_formula(reference, start):
    """Whatever a person typed, in every place of a scenario that holds free text."""
    text = f"{start}SUM(A1)"
    values = Override(parameter=PRICE, mode=1_200_000, author=text, reason=text, source=text)
    lever = Lever(label=text, date=dt.date(2026, 7, 1), annual_amount_eur=1)
    scenario = Scenario(
        name=text, description=text, overrides=(values,),
        savings=SavingsDemand(other_levers=(lever,)),
    )  # fmt: skip
    stream = io.BytesIO()
    write_template(make_case(reference, scenario), stream)
    book = openpyxl.load_workbook(stream)
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value == text]
    assert len(cells) >= 6
    assert {cell.data_type for cell in cells} == {"s"}
    stream.seek(0)
    assert import_workbook(stream, reference) == scenario


def test_every_choice_is_declared_once_and_goes_back_to_its_field(reference):
    """What the rows show is all that a scenario holds beside its values and its fleet."""
    scenario = Scenario(
        name="N", description="D", perimeter="legal_2024", seed=3,
        conventions=Conventions(
            capital="lease", activity="normative", amortised_charge="economic",
            inpatients_count=False,
        ),
        savings=SavingsDemand(
            target_eur=1e6, reading="level_2027", share_on_fee=0.25, yearly_eur={2026: 5.0},
            other_levers=(Lever(label="L", date=dt.date(2026, 7, 1), annual_amount_eur=7.0),),
        ),
        rules=ScheduleRules(
            step_dates=(dt.date(2026, 7, 1), dt.date(2027, 1, 1)), largest_cut_per_step=0.1,
            no_rise=False, degressive=False, amortised_not_above=False, rounding_eur=0.1,
            floor_share_of_cost={"scanner": 0.9},
        ),
    )  # fmt: skip
    rows = {choice.key: choice.value for choice in choices(reference, scenario)}
    assert revised(Scenario(), **assemble(rows)) == scenario


def test_choices_are_read(draft):
    draft.choice("savings.target_eur").value = "450 M€"
    draft.choice("savings.share_on_fee").value = "60 %"
    draft.choice("savings.reading").value = "Niveau annuel atteint en 2027"
    draft.choice("conventions.capital").value = "lease"
    draft.choice("conventions.inpatients_count").value = False
    draft.choice("rules.step_dates.1").value = dt.datetime(2026, 7, 1)
    draft.choice("rules.step_dates.2").value = "2027-01-01"
    draft.choice("rules.floor_share_of_cost.scanner").value = 1.05
    draft.choice("savings.yearly_eur.2026").value = "100 M€"
    scenario = draft.scenario()
    assert scenario.savings.target_eur == 450e6
    assert scenario.savings.share_on_fee == 0.6
    assert scenario.savings.reading == "level_2027"
    assert scenario.savings.yearly_eur == {2026: 100e6}
    assert scenario.conventions.capital == "lease"
    assert scenario.conventions.inpatients_count is False
    assert scenario.rules.step_dates == (dt.date(2026, 7, 1), dt.date(2027, 1, 1))
    assert scenario.rules.floor_share_of_cost == {"scanner": 1.05}


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("savings.target_eur", "300 000 000,", "wb_not_number"),
        ("savings.target_eur", None, "wb_blank"),
        ("savings.share_on_fee", 1.2, "wb_ambiguous_rate"),
        ("savings.reading", "somme des trois années", "unknown_choice"),
        ("perimeter", "Périmètre légal", "unknown_choice"),
        ("conventions.inpatients_count", "peut-être", "unknown_choice"),
        ("rules.step_dates.1", "bientôt", "wb_not_date"),
        ("rules.step_dates.1", None, "wb_blank"),
        ("rules.rounding_eur", 0, "wb_out_of_range"),
        ("seed", 1.5, "wb_not_whole"),
        ("name", None, "wb_blank"),
    ],
)
def test_a_wrong_choice_is_refused_at_its_cell(draft, key, value, code):
    draft.choice(key).value = value
    problem = one(draft.problems())
    assert problem.code == code
    assert (problem.place.sheet, problem.place.cell) == ("Choix", draft.choice(key).coordinate)


def test_a_near_choice_is_suggested(draft):
    draft.choice("conventions.capital").value = "annuité constant"
    assert "« annuité constante » ?" in one(draft.problems()).message()


def test_steps_out_of_order_and_half_a_lever(draft):
    draft.choice("rules.step_dates.1").value = dt.datetime(2027, 1, 1)
    draft.choice("rules.step_dates.2").value = dt.datetime(2026, 7, 1)
    draft.choice("savings.other_levers.1.label").value = "Pertinence"
    codes = {(p.code, p.place.cell) for p in draft.problems()}
    assert codes == {
        ("date_order", draft.choice("rules.step_dates.2").coordinate),
        ("wb_blank", draft.choice("savings.other_levers.1.date").coordinate),
        ("wb_blank", draft.choice("savings.other_levers.1.annual_amount_eur").coordinate),
    }


class TestRows:
    def test_a_changed_unit(self, draft):
        cell = draft.value(PRICE, "Unité")
        cell.value = "k€"
        problem = one(draft.problems())
        assert (problem.code, problem.place.cell) == ("wb_unit_changed", cell.coordinate)

    def test_a_shifted_label(self, draft):
        draft.value(PRICE, "Classe").value = "IRM > 1,5 T"
        assert one(draft.problems()).code == "wb_label_changed"

    def test_bounds_out_of_order(self, draft):
        draft.value(PRICE, "Bas").value = 1_200_000
        problem = one(draft.problems())
        assert (problem.code, problem.place.cell) == ("bounds_order", draft.value(PRICE).coordinate)

    def test_a_blank_is_not_a_zero(self, draft):
        draft.value(PRICE, "Haut").value = None
        assert one(draft.problems()).code == "wb_blank"

    def test_an_unknown_address_is_suggested(self, draft):
        draft.value(PRICE, "Adresse").value = "irm.purchase_prize.irm_1_5t"
        codes = [p.code for p in draft.problems()]
        assert codes == ["wb_rows_missing", "unknown_parameter"]
        assert f"« {PRICE} » ?" in draft.problems()[1].message()

    def test_a_duplicate_is_named_on_both_rows(self, draft):
        other = "irm.purchase_price.irm_gt_1_5t"
        first = draft.value(PRICE, "Adresse")
        second = draft.value(other, "Adresse")
        second.value = PRICE
        found = [p for p in draft.problems() if p.code == "wb_duplicate"]
        assert [p.place.cell for p in found] == [first.coordinate, second.coordinate]
        assert second.coordinate in found[0].message()
        assert first.coordinate in found[1].message()

    def test_a_deleted_row_is_missed(self, draft):
        draft.book["Hypothèses"].delete_rows(draft.value(PRICE).row)
        problem = one(draft.problems())
        assert problem.code == "wb_rows_missing"
        assert PRICE in problem.message()

    def test_values_without_an_address(self, draft):
        sheet = draft.book["Hypothèses"]
        sheet.cell(sheet.max_row, draft.value(PRICE).column).value = 12
        assert one(draft.problems()).code == "wb_no_key"

    def test_merged_input_cells(self, draft):
        row = draft.value(PRICE).row
        draft.book["Hypothèses"].merge_cells(
            start_row=row, end_row=row, start_column=5, end_column=6
        )
        codes = [p.code for p in draft.problems()]
        assert "wb_merged" in codes

    def test_thresholds_out_of_order(self, draft):
        """The reference activity of CT may not pass its first threshold, 11 000 acts."""
        address = "machine_classes.reference_activity.scanner"
        for name in ("Bas", "Mode", "Haut"):
            draft.cell("Activité", address, name).value = 12_000
        problem = one(draft.problems())
        assert problem.code == "bands_order"
        assert problem.place.sheet == "Activité"
        assert problem.place.cell == f"A{draft.cell('Activité', address, 'Mode').row}"

    def test_a_division_by_zero_is_found_before_a_screen_does(self, draft):
        address = "irm.occupancy.*"
        draft.value(address, "Bas").value = 0
        draft.value(address).value = 0
        problem = one(draft.problems())
        assert problem.code == "not_finite"
        assert problem.place.cell == f"A{draft.value(address).row}"


def test_columns_may_move(draft):
    draft.book["Hypothèses"].insert_cols(5)
    draft.book["Hypothèses"].insert_rows(1, 2)
    assert draft.scenario().hash == Scenario().hash


def test_missing_sheets_and_columns(draft):
    del draft.book["Parc"]
    draft.book["Activité"].title = "Activites"
    draft.value(PRICE, "Source").parent.cell(4, draft.value(PRICE, "Source").column).value = "Src"
    found = {(p.code, p.value) for p in draft.problems()}
    assert found == {
        ("wb_sheet_missing", "Parc"),
        ("wb_sheet_missing", "Activité"),
        ("wb_column_missing", "Source"),
    }


def test_another_reference(draft):
    sheet = draft.book["Lisez-moi"]
    cell = next(
        c
        for row in sheet.iter_rows()
        for c in row
        if c.value == "Empreinte des données de référence"
    )
    sheet.cell(cell.row, 2).value = "0" * 64
    problem = one(draft.problems())
    assert problem.code == "wb_other_reference"
    assert problem.place.sheet == "Lisez-moi"


class TestFleet:
    def test_a_fleet_is_read(self, draft, reference):
        draft.machine(0)
        draft.machine(1, Appareil=12, Modalité="scanner", Classe="scanner", Poids="1,5")
        scenario = draft.scenario()
        assert scenario.fleet is not None
        assert scenario.fleet.year == 2024
        assert scenario.fleet.columns["machine_id"] == ("M0", "12")
        assert scenario.fleet.columns["installed_on"] == ("2019-03-15", "2019-03-15")
        assert scenario.fleet.columns["weight"] == (1.0, 1.5)
        assert make_case(reference, scenario).fleet.weight.sum() == 2.5

    def test_a_number_typed_otherwise_is_the_same_fleet(self, draft):
        draft.machine(0)
        first = draft.scenario()
        draft.machine(0, **{"Actes facturés": "5 000", "Poids": 1.0})
        assert draft.scenario().hash == first.hash

    def test_every_problem_of_a_fleet(self, draft):
        draft.machine(0, Région="Bretaigne")
        draft.machine(1, Appareil="M0")
        draft.machine(2, Zone="Paris")
        draft.machine(3, Modalité="TEP")
        draft.machine(4, **{"Installé le": "01/01/2025"})
        draft.machine(5, **{"Actes facturés": "beaucoup", "Poids": None})
        found = [(p.code, p.place.cell) for p in draft.problems()]
        assert sorted(found) == sorted(
            [
                ("unknown_choice", "G10"),
                ("wb_duplicate", "A10"),
                ("wb_duplicate", "A11"),
                ("fleet_value", "F12"),
                ("fleet_value", "C13"),
                ("fleet_value", "E14"),
                ("wb_not_number", "J15"),
                ("wb_blank", "L15"),
            ]
        )

    def test_a_year_without_machines(self, draft):
        draft.book["Parc"]["B4"] = 2024
        problem = one(draft.problems())
        assert (problem.code, problem.place.cell) == ("wb_fleet_empty", "B4")


def test_many_problems_at_once(draft):
    """Eight faults on four sheets: all come back, each at its cell, none twice."""
    draft.value(PRICE).value = "1.234"
    draft.value("communs.cost_of_capital.*").value = "3,5"
    draft.value("communs.rent.*", "TVA").value = "TTC"
    draft.value("communs.works_life.*").value = "#DIV/0!"
    draft.cell("Activité", "machine_classes.threshold_1.irm", "Mode").value = "huit mille"
    draft.choice("perimeter").value = "legal_2042"
    draft.choice("savings.share_on_fee").value = "moitié"
    draft.machine(0, Secteur="privé")
    problems = draft.problems()
    assert [(p.place.sheet, p.code) for p in problems] == [
        ("Hypothèses", "wb_ambiguous_rate"),
        ("Hypothèses", "wb_error_value"),
        ("Hypothèses", "unknown_choice"),
        ("Hypothèses", "wb_ambiguous_number"),
        ("Activité", "wb_not_number"),
        ("Choix", "unknown_choice"),
        ("Choix", "wb_not_number"),
        ("Parc", "unknown_choice"),
    ]
    for problem in problems:
        assert problem.place.cell
        assert problem.text("fr") != problem.text("en")


class TestHidden:
    def test_a_hidden_row_that_changes_nothing_is_harmless(self, draft):
        """A filter left on: the rows it hides say what the reference says."""
        for row in range(6, 40):
            draft.book["Hypothèses"].row_dimensions[row].hidden = True
        for column in "AH":
            draft.book["Hypothèses"].column_dimensions[column].hidden = True
        draft.book["Activité"].sheet_state = "hidden"
        assert draft.scenario().hash == Scenario().hash

    def test_a_changed_value_in_a_hidden_row(self, draft):
        cell = draft.value(PRICE)
        cell.value = 1_100_000
        draft.book["Hypothèses"].row_dimensions[cell.row].hidden = True
        problem = one(draft.problems())
        assert (problem.code, problem.place.cell) == ("wb_hidden", cell.coordinate)
        assert f"la ligne {cell.row} est masquée" in problem.message()
        assert f"row {cell.row} is hidden" in problem.message("en")

    def test_a_row_of_no_height_is_hidden(self, draft):
        cell = draft.value(PRICE)
        cell.value = 1_100_000
        draft.book["Hypothèses"].row_dimensions[cell.row].height = 0.5
        assert one(draft.problems()).code == "wb_hidden"

    def test_a_value_for_one_class_in_a_hidden_column(self, draft):
        sheet = draft.book["Hypothèses"]
        row = sheet.max_row
        for name, value in (("Bas", 100), ("Mode", 200), ("Haut", 300)):
            sheet.cell(row, draft.value(PRICE, name).column).value = value
        sheet.cell(row, 1).value = "communs.rent.scanner"
        sheet.column_dimensions["A"].hidden = True
        problem = one(draft.problems())
        assert (problem.code, problem.place.cell) == ("wb_hidden", f"A{row}")

    def test_hidden_choices_count_when_they_differ(self, draft):
        sheet = draft.book["Choix"]
        for key in ("savings.target_eur", "seed"):
            sheet.row_dimensions[draft.choice(key).row].hidden = True
        draft.choice("seed").value = 7
        problem = one(draft.problems())
        assert (problem.code, problem.place.cell) == ("wb_hidden", draft.choice("seed").coordinate)

    def test_hidden_machines_and_their_year(self, draft):
        for row in range(4):
            draft.machine(row)
        sheet = draft.book["Parc"]
        for row in (4, 11, 12):
            sheet.row_dimensions[row].hidden = True
        found = [(p.code, p.place.cell) for p in draft.problems()]
        assert found == [("wb_hidden", "B4"), ("wb_hidden", "A11")]
        assert "les lignes 11 à 12 sont masquées" in draft.problems()[1].message()


def test_a_fleet_named_as_a_label_of_the_sheet(draft):
    """The name « Parc synthétique » beside its label is not that other label."""
    draft.machine(0)
    draft.book["Parc"]["B5"] = "Parc synthétique"
    draft.book["Parc"]["B6"] = "oui"
    fleet = draft.scenario().fleet
    assert (fleet.label, fleet.synthetic) == ("Parc synthétique", True)


@pytest.mark.parametrize("name", ["Parc (2)", "Parc_2"])
def test_two_sheets_of_one_name(draft, name):
    """Which of them counts cannot be guessed."""
    draft.book.copy_worksheet(draft.book["Parc"]).title = name
    problem = one(draft.problems())
    assert (problem.code, problem.place.sheet) == ("wb_sheet_copy", name)


def test_a_formula_that_nothing_computed(draft):
    draft.value(PRICE).value = "=500000*2.2"
    problem = one(draft.problems())
    assert problem.code == "wb_uncomputed"
    assert problem.place.cell == draft.value(PRICE).coordinate


@pytest.mark.libreoffice
def test_a_formula_computed_by_libreoffice_is_read(draft, recalculated, tmp_path, reference):
    draft.value(PRICE).value = "=500000*2.2"
    draft.value("communs.cost_of_capital.*").value = "=1/25"
    path = tmp_path / "formules.xlsx"
    path.write_bytes(draft.data())
    overrides = {
        o.parameter: o.mode for o in import_workbook(recalculated(path), reference).overrides
    }
    assert overrides == {"communs.cost_of_capital.*": 0.04, PRICE: 1_100_000}


@pytest.mark.libreoffice
def test_a_template_saved_by_libreoffice_is_the_reference(
    template, recalculated, tmp_path, reference
):
    path = tmp_path / "modele.xlsx"
    path.write_bytes(template)
    assert import_workbook(recalculated(path), reference).hash == Scenario().hash


def test_a_value_far_from_the_reference_is_to_be_read_again(reference):
    """1,05 typed for 1,05 M€: admitted, and told."""
    overrides = (
        Override(parameter=PRICE, mode=1.05),
        Override(parameter="communs.technologist_cost.*", mode=60_000),
        Override(parameter="communs.cost_of_capital.*", mode=0.0001),
    )
    (remark,) = far_values(reference, Scenario(overrides=overrides))
    assert "1,05 €" in remark
    assert "unité oubliée" in remark

"""Costs worked out by hand from the values of models/*.yaml, which are typed here again.

The modes are written as literals beside the arithmetic, so that a change of a model file shows as
a difference here. Present values use, at 3.5 % a year (communs.yaml, cost_of_capital):

    1.035^-7  = 0.785990960683819    1.035^-8 = 0.759411556216250
    1.035^-15 = 0.596890618624804    1.035^(1/12) - 1 = 0.002870898719077
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from costing.analysis.draws.elasticities import elasticities
from costing.case import costs
from costing.case.case import Case, make_case
from costing.case.costs import annual_cost, fleet_cost, fleet_costs, share_grade_d
from costing.fleet.fleet import from_table
from costing.fleet.table import FleetTable
from costing.language.units import is_money
from costing.problems.errors import FormulaError, InputError
from costing.reference.load import load_reference
from costing.scenario.scenario import Conventions, Override, Scenario
from tests.shared import REFERENCE
from tests.strategies import fleet_of

CASE = make_case(REFERENCE, Scenario())
CENT = 0.005
MRI, CT, PET_CT = "irm_1_5t", "scanner", "tep_tdm"

# One MRI 1.5 T, 6 500 acts a year, not amortised.
# Open hours: 6 500 × 24 min / 60 / 0.85 = 3 058.823529 h.
# Annuity of the machine over 7 years, 5 % of residual value:
#   (1 000 000 - 50 000 × 0.785990960684) × 0.035 / (1 - 0.785990960684) = 157 117.2691
# Annuity of the works over 15 years: 500 000 × 0.035 / (1 - 0.596890618625) = 43 412.5347
BY_HAND = {
    "equipment_depreciation": 135_714.2857,  # (1 000 000 - 0.05 × 1 000 000) / 7
    "ancillary_depreciation": 0.0,  # accessories at 0 €
    "works_depreciation": 33_333.3333,  # 500 000 / 15
    "equipment_money": 21_402.9834,  # 157 117.2691 - 135 714.2857
    "ancillary_money": 0.0,
    "works_money": 10_079.2014,  # 43 412.5347 - 33 333.3333
    "maintenance": 80_000.0,  # 0.08 × 1 000 000
    "technologists": 193_243.2432,  # 1.7 × 3 058.823529 / 1 480 × 55 000
    "secretaries": 49_140.0,  # 0.18 × 6.5 × 42 000
    "premises": 38_720.0,  # 176 × 220
    "electricity": 24_120.0,  # 134 000 × 0.18
    "contrast": 56_875.0,  # 0.35 × 25 × 6 500
    "consumables": 19_500.0,  # 3 × 6 500
    "archiving": 16_250.0,  # 2.5 × 6 500
    "quality_control": 10_000.0,
    "insurance": 10_000.0,
    "management": 39_827.8595,  # 0.08 × 497 848.2432, the ten running lines above
    "taxes": 4_978.4824,  # 0.01 × 497 848.2432
}
RUNNING = 542_654.5851  # 497 848.2432 × 1.09
INVESTMENT = 200_529.8038  # 157 117.2691 + 43 412.5347
MRI_TOTAL = 743_184.3889


def case_with(*overrides: Override, **conventions: object) -> Case:
    chosen = Conventions(**conventions)  # type: ignore[arg-type]
    return make_case(REFERENCE, Scenario(overrides=overrides, conventions=chosen))


def total(case: Case, code: str, acts: float, amortised: float = 0.0, perimeter: str = "") -> float:
    postes = frozenset(REFERENCE.perimeter(perimeter).postes) if perimeter else None
    return float(annual_cost(case, code, acts, amortised).total(postes))


def lines(case: Case, code: str, acts: float, amortised: float = 0.0) -> dict[str, float]:
    found = annual_cost(case, code, acts, amortised).lines
    return {name: float(amount) for name, amount in found.items()}


def moved(case: Case, code: str, acts: float = 5_000.0, amortised: float = 0.0) -> set[str]:
    """Lines of a class whose amount differs from the reference's."""
    before, after = lines(CASE, code, acts, amortised), lines(case, code, acts, amortised)
    return {name for name in before if after[name] != pytest.approx(before[name], rel=1e-12)}


# --- one machine, line by line -------------------------------------------------------------------


def test_every_line_of_an_mri_by_hand() -> None:
    assert lines(CASE, MRI, 6_500) == pytest.approx(BY_HAND, abs=CENT)


def test_the_total_of_an_mri_by_hand() -> None:
    assert sum(BY_HAND.values()) == pytest.approx(MRI_TOTAL, abs=CENT)
    assert total(CASE, MRI, 6_500) == pytest.approx(MRI_TOTAL, abs=CENT)


def test_postes_of_an_mri_by_hand() -> None:
    by_poste = annual_cost(CASE, MRI, 6_500).by_poste()
    assert {poste: float(amount) for poste, amount in by_poste.items()} == pytest.approx(
        {
            "amortissement_equipement": 135_714.2857,
            "amortissement_travaux": 33_333.3333,
            "cout_argent": 31_482.1848,  # 21 402.9834 + 10 079.2014
            "maintenance": 80_000.0,
            "personnel_non_medical": 242_383.2432,  # 193 243.2432 + 49 140
            "locaux": 38_720.0,
            "energie": 24_120.0,
            "produit_contraste": 56_875.0,
            "consommables": 19_500.0,
            "archivage_numerique": 16_250.0,
            "controle_qualite": 10_000.0,
            "assurance": 10_000.0,
            "gestion": 39_827.8595,
            "cvae": 4_978.4824,
        },
        abs=CENT,
    )


@pytest.mark.parametrize(
    ("perimeter", "expected"),
    [
        ("legal_2024", MRI_TOTAL),
        ("legal_2023", MRI_TOTAL - 56_875.0),  # contrast outside; management does not move
        ("investment_only", INVESTMENT),
        ("running_costs_only", RUNNING),
        ("legal_2024_no_money", MRI_TOTAL - 31_482.1848),
        ("legal_2024_no_overheads", MRI_TOTAL - 39_827.8595 - 4_978.4824),
        # neither electricity, quality control nor the cost of money
        ("legal_strict", MRI_TOTAL - 24_120.0 - 10_000.0 - 31_482.1848),
    ],
)
def test_perimeters_of_an_mri_by_hand(perimeter: str, expected: float) -> None:
    assert total(CASE, MRI, 6_500, perimeter=perimeter) == pytest.approx(expected, abs=CENT)
    chosen = make_case(REFERENCE, Scenario(perimeter=perimeter))
    assert total(chosen, MRI, 6_500) == pytest.approx(expected, abs=CENT)


def test_investment_and_running_costs_are_everything_in_every_class() -> None:
    for code in REFERENCE.class_labels:
        for amortised in (0.0, 1.0):
            parts = [
                total(CASE, code, 4_000, amortised, perimeter)
                for perimeter in ("investment_only", "running_costs_only")
            ]
            assert sum(parts) == pytest.approx(total(CASE, code, 4_000, amortised), rel=1e-12)


# (price annuity, straight line + mean interest, lease) of the machine over 7 and 8 years and of the
# works over 15, then RUNNING = 542 654.5851:
#   annuity:       7 y 157 117.2691, 8 y 139 952.8142, works 43 412.5347
#   straight line: 7 y 135 714.2857 + 0.035 × 1 050 000 / 2 = 154 089.2857;
#                  8 y 118 750 + 18 375 = 137 125; works 33 333.3333 + 8 750 = 42 083.3333
#   lease:         12 × (P - R v^84) i v / (1 - v^84), v = 1 / 1.002870898719:
#                  7 y 154 209.0870, 8 y 137 362.3398, works 42 608.9849
@pytest.mark.parametrize(
    ("capital", "charged", "works_only", "economic"),
    [
        ("annuity", 743_184.3889, 586_067.1198, 726_019.9340),
        ("straight_line", 738_827.2042, 584_737.9185, 721_862.9185),
        ("lease", 739_472.6570, 585_263.5700, 722_625.9098),
    ],
)
def test_capital_conventions_by_hand(
    capital: str, charged: float, works_only: float, economic: float
) -> None:
    regulatory = case_with(capital=capital, amortised_charge="none")
    assert total(regulatory, MRI, 6_500, 0.0) == pytest.approx(charged, abs=CENT)
    assert total(regulatory, MRI, 6_500, 1.0) == pytest.approx(works_only, abs=CENT)
    spread = case_with(capital=capital, amortised_charge="economic")
    assert total(spread, MRI, 6_500, 0.0) == pytest.approx(economic, abs=CENT)
    assert total(spread, MRI, 6_500, 1.0) == pytest.approx(economic, abs=CENT)


def test_an_amortised_machine_keeps_only_its_works() -> None:
    gone = {"equipment_depreciation", "equipment_money"}
    expected = {name: 0.0 if name in gone else amount for name, amount in BY_HAND.items()}
    assert lines(CASE, MRI, 6_500, 1.0) == pytest.approx(expected, abs=CENT)


def test_a_ct_by_hand() -> None:
    # 9 000 acts. Open hours 9 000 × 14 / 60 / 0.85 = 2 470.588235.
    # Running: 0.09 × 600 000 = 54 000; 1.6 × 2 470.588235 / 1 480 × 55 000 = 146 899.8410;
    # 0.15 × 9 × 42 000 = 56 700; 120 × 220 = 26 400; 26 000 × 0.18 = 4 680; 15 000; 8 000;
    # 9 000 × (0.5 × 22 + 3 + 2.5) = 148 500: together 460 179.8410 → × 1.09 = 501 596.0267.
    # Capital: (600 000 - 30 000 × 0.785990960684) × 0.035 / 0.214009039316 = 94 270.3615;
    # works 350 000 × 0.035 / 0.403109381375 = 30 388.7743.
    assert total(CASE, CT, 9_000) == pytest.approx(626_255.1624, abs=CENT)


def test_a_pet_ct_by_hand() -> None:
    # 3 000 acts. Open hours 3 000 × 25 / 60 / 0.80 = 1 562.5.
    # Running: 0.08 × 2 100 000 = 168 000; 2.5 × 1 562.5 / 1 480 × 55 000 = 145 164.6959;
    # 0.40 × 3 × 42 000 = 50 400; 350 × 220 = 77 000; 60 000 × 0.18 = 10 800; 35 000; 15 000;
    # 3 000 × (150 + 12 + 2.5) = 493 500: together 994 864.6959 → × 1.09 = 1 084 402.5186.
    # Capital: machine 2 100 000, residual 105 000: 329 946.2651; accessories 220 000, residual
    # 11 000: 34 565.7992; works 1 200 000 over 15 years: 104 190.0832.
    assert total(CASE, PET_CT, 3_000) == pytest.approx(1_553_104.6661, abs=CENT)


def test_grades_of_lines_are_the_worst_of_what_they_rest_on() -> None:
    grades = annual_cost(CASE, MRI, 6_500).grades
    assert grades["works_depreciation"] == "D"  # works at B, their life at D
    assert grades["electricity"] == "D"  # use at B, price at D
    sure = [
        Override(parameter=address, mode=mode, low=mode, high=mode, vat=vat, grade=grade)
        for address, mode, vat, grade in (
            ("communs.electricity_price.*", 0.18, "included", "A"),
            ("irm.insurance_cost.*", 10_000, "not_applicable", "C"),
        )
    ]
    better = annual_cost(case_with(*sure), MRI, 6_500).grades
    assert better["electricity"] == "B"
    assert better["insurance"] == "C"


def test_unknown_class_and_impossible_acts_are_refused() -> None:
    with pytest.raises(InputError, match="irm_1_5t"):
        annual_cost(CASE, "irm_15t", 6_500)
    for acts, words in ((-1.0, "est négative"), (math.nan, "fini"), (math.inf, "fini")):
        with pytest.raises(FormulaError, match=words):
            annual_cost(CASE, MRI, acts)


# --- shapes ---------------------------------------------------------------------------------------


def test_broadcast_equals_the_scalar_loop() -> None:
    acts, amortised = np.array([800.0, 4_750.0, 12_000.0]), np.array([0.0, 1.0, 0.0])
    draws = {
        "purchase_price": np.array([[700_000.0], [1_250_000.0]]),
        "slot_minutes": np.array([[19.0], [33.0]]),
        "rent": np.array([[150.0], [390.0]]),
    }
    whole = annual_cost(CASE, MRI, acts, amortised, draws)
    assert whole.total().shape == (2, 3)
    for d, m in itertools.product(range(2), range(3)):
        one = {name: float(values[d, 0]) for name, values in draws.items()}
        alone = annual_cost(CASE, MRI, acts[m], amortised[m], one)
        assert whole.total()[d, m] == pytest.approx(float(alone.total()), rel=1e-12)
        for name, amount in alone.lines.items():
            assert whole.lines[name][d, m] == pytest.approx(float(amount), rel=1e-12, abs=1e-9)


def test_every_line_has_the_full_shape() -> None:
    whole = annual_cost(CASE, CT, np.array([1.0, 2.0]), 0.0, {"rent": np.full((3, 1), 200.0)})
    assert {amount.shape for amount in whole.lines.values()} == {(3, 2)}
    assert whole.acts.shape == (3, 2)


def small_fleet() -> FleetTable:
    return fleet_of(
        {"class": "irm_1_5t", "installed_on": "2023-06-01",
         "acts_billed": 6_000, "acts_inpatient": 500, "weight": 3},
        {"class": "scanner", "installed_on": "2012-01-01",
         "acts_billed": 7_000, "acts_inpatient": 2_000, "weight": 3},
        {"class": "irm_1_5t", "installed_on": "2016-12-31", "acts_billed": 4_000, "weight": 3},
        {"class": "tep_tdm", "installed_on": "2020-05-05", "acts_billed": 3_000, "weight": 3},
        {"class": "scanner", "installed_on": "2017-01-01", "acts_billed": 0, "weight": 3},
    )  # fmt: skip


def test_fleet_cost_is_the_loop_over_its_machines() -> None:
    fleet = from_table(small_fleet(), REFERENCE.classes)
    # Amortised in 2024: installed before 1 January 2017. All acts count, weights do not.
    expected = [
        total(CASE, "irm_1_5t", 6_500, 0.0),
        total(CASE, "scanner", 9_000, 1.0),
        total(CASE, "irm_1_5t", 4_000, 1.0),
        total(CASE, "tep_tdm", 3_000, 0.0),
        total(CASE, "scanner", 0, 0.0),
    ]
    assert expected[0] == pytest.approx(MRI_TOTAL, abs=CENT)
    assert fleet_cost(CASE, fleet, 2024) == pytest.approx(expected, rel=1e-12)
    turned = replace(fleet, frame=fleet.frame[::-1])  # classes met in another order
    assert fleet_cost(CASE, turned, 2024) == pytest.approx(expected[::-1], rel=1e-12)
    # A year later the CT of 1 January 2017 is amortised.
    expected[4] = total(CASE, "scanner", 0, 1.0)
    assert fleet_cost(CASE, fleet, 2025) == pytest.approx(expected, rel=1e-12)
    investment = frozenset(REFERENCE.perimeter("investment_only").postes)
    (paid,) = fleet_costs(CASE, fleet, 2024, lambda found: found.total(investment))
    assert paid[0] == pytest.approx(INVESTMENT, abs=CENT)
    assert paid[2] == pytest.approx(43_412.5347, abs=CENT)  # the works alone


def test_fleet_cost_follows_the_age_past_which_a_machine_is_amortised() -> None:
    ten = case_with(Override(parameter="machine_classes.amortisation_years.*", mode=10))
    fleet = from_table(small_fleet(), REFERENCE.classes)
    assert fleet_cost(ten, fleet, 2024)[2] == pytest.approx(total(ten, MRI, 4_000, 0.0), rel=1e-12)
    # charged over ten years: (1 000 000 - 50 000) / 10
    assert lines(ten, MRI, 4_000)["equipment_depreciation"] == pytest.approx(95_000)


# --- what moves what ------------------------------------------------------------------------------


def test_elasticities_of_an_mri_add_up_where_the_law_says_so() -> None:
    """The cost is linear in all the amounts of money together: their elasticities sum to one."""
    for code, amortised in (("irm_1_5t", 0.0), ("irm_1_5t", 1.0), ("tep_tdm", 0.0)):
        model = REFERENCE.model_of(code)
        found = elasticities(CASE, code, 6_500, amortised)
        money = [e for name, e in found.items() if is_money(model.parameters[name].unit)]
        assert sum(money) == pytest.approx(1.0, abs=1e-9)


def test_elasticities_of_an_mri_by_hand() -> None:
    found = elasticities(CASE, MRI, 6_500, 0.0)
    # Premises and what management and taxes add to them: 38 720 × 1.09 / 743 184.3889
    assert found["rent"] == pytest.approx(0.0567891, rel=1e-5)
    assert found["floor_area"] == pytest.approx(0.0567891, rel=1e-5)
    # 193 243.2432 × 1.09 / 743 184.3889; hours per technologist work the other way
    assert found["technologist_cost"] == pytest.approx(0.2834226, rel=1e-5)
    assert found["productive_hours"] == pytest.approx(-0.2834226, rel=1e-5)
    # 39 827.8595 / 743 184.3889
    assert found["management_share"] == pytest.approx(0.0535908, rel=1e-5)
    assert "ancillary_price" not in found  # zero
    assert "service_life" not in found  # unused by the regulatory convention


def test_an_amortised_machine_does_not_depend_on_its_age_limit() -> None:
    found = elasticities(CASE, MRI, 6_500, 1.0)
    assert "amortisation_years" not in found
    # 80 000 × 1.09 / 586 067.1198: maintenance alone still follows the price
    assert found["purchase_price"] == pytest.approx(0.1487884, rel=1e-5)


TINY = """
modality: essai
label: {fr: Essai, en: Test}
classes:
  - {code: essai, label: {fr: Essai, en: Test}}
parameters:
  - name: purchase_price
    label: {fr: Prix, en: Price}
    unit: EUR
    distribution: fixed
    values:
      - {class: "*", mode: 100000, vat: VAT, source: [hypothese-de-travail], grade: D}
  - name: service_life
    label: {fr: Durée, en: Life}
    unit: year
    distribution: fixed
    values:
      - {class: "*", mode: 10, source: [hypothese-de-travail], grade: A}
  - name: per_act
    label: {fr: Par acte, en: Per act}
    unit: EUR/act
    distribution: fixed
    values:
      - {class: "*", mode: 30, vat: included, source: [hypothese-de-travail], grade: B}
lines:
  - id: depreciation
    label: {fr: Amortissement, en: Depreciation}
    poste: amortissement_equipement
    per: year
    formula: purchase_price / service_life
  - id: consumables
    label: {fr: Consommables, en: Consumables}
    poste: consommables
    per: act
    formula: per_act
"""


def tiny(directory: Path, vat: str = "included") -> Case:
    (directory / "essai.yaml").write_text(TINY.replace("VAT", vat), encoding="utf-8")
    return make_case(load_reference([directory]), Scenario())


def test_elasticities_and_grade_d_of_a_tiny_model(tmp_path: Path) -> None:
    # C = 100 000 / 10 + 1 000 × 30 = 40 000: a quarter follows the price, and minus a quarter the
    # life; three quarters the amount per act. Grade D: 0.25 / (0.25 + 0.25 + 0.75) = 0.2.
    case = tiny(tmp_path)
    assert total(case, "essai", 1_000) == 40_000
    found = elasticities(case, "essai", 1_000, 0.0)
    assert found == pytest.approx(
        {"purchase_price": 0.25, "service_life": -0.25, "per_act": 0.75}, abs=1e-7
    )
    assert costs.elasticities_by_differences(case, "essai", 1_000, 0.0) == pytest.approx(
        found, abs=1e-7
    )
    assert share_grade_d(case, "essai", 1_000, 0.0) == pytest.approx(0.2, abs=1e-7)


def test_a_price_without_vat_bears_it_and_the_cost_moves_with_the_rate(tmp_path: Path) -> None:
    # C = 120 000 / 10 + 30 000 = 42 000, of which VAT 2 000: elasticity 2 / 42 to the rate.
    case = tiny(tmp_path, "excluded")
    assert total(case, "essai", 1_000) == pytest.approx(42_000)
    found = elasticities(case, "essai", 1_000, 0.0)
    assert found["purchase_price"] == pytest.approx(12 / 42, abs=1e-7)
    assert found.get("vat_rate") == pytest.approx(2 / 42, abs=1e-6)
    assert costs.elasticities_by_differences(case, "essai", 1_000, 0.0) == pytest.approx(
        found, abs=1e-6
    )
    # 12 for the price, of grade D, among 12 for it, 12 for the life, 30 for the act and 2 for VAT.
    assert share_grade_d(case, "essai", 1_000, 0.0) == pytest.approx(12 / 56, abs=1e-6)


def test_vat_moves_a_cost_that_bears_it_whole(tmp_path: Path) -> None:
    # 30 an act and 6 of VAT: elasticity 1 to the amount, 6 / 36 to the rate.
    head, rest = TINY.split("  - name: purchase_price")
    amount, line = ("  - name: per_act" + rest.split("  - name: per_act")[1]).split("lines:")
    text = head + amount + "lines:\n  - id: consumables" + line.split("  - id: consumables")[1]
    (tmp_path / "essai.yaml").write_text(text.replace("vat: included", "vat: excluded"), "utf-8")
    case = make_case(load_reference([tmp_path]), Scenario())
    assert total(case, "essai", 1_000) == pytest.approx(36_000)
    found = costs.elasticities_by_differences(case, "essai", 1_000, 0.0)
    assert found == pytest.approx({"per_act": 1, "vat_rate": 1 / 6}, abs=1e-7)


def test_nothing_is_of_grade_d_where_nothing_moves_the_cost(tmp_path: Path) -> None:
    text = TINY.replace("VAT", "included").replace("mode: 100000", "mode: 0")
    (tmp_path / "essai.yaml").write_text(text.replace("mode: 30", "mode: 0"), encoding="utf-8")
    free = make_case(load_reference([tmp_path]), Scenario())
    assert total(free, "essai", 1_000) == 0
    assert share_grade_d(free, "essai", 1_000, 0.0) == 0


def test_grade_d_is_a_share_in_every_class() -> None:
    for code in REFERENCE.class_labels:
        for acts in (100, 6_500, 15_000):
            for amortised in (0.0, 1.0):
                assert 0 <= share_grade_d(CASE, code, acts, amortised) <= 1


def override(address: str, mode: float, **more: object) -> Override:
    return Override(parameter=address, mode=mode, low=mode, high=mode, **more)  # type: ignore[arg-type]


def test_a_price_moves_what_follows_the_price_in_its_class_alone() -> None:
    dear = case_with(override("irm.purchase_price.irm_1_5t", 1_200_000))
    overheads = {"management", "taxes"}
    assert moved(dear, MRI) == {
        "equipment_depreciation", "equipment_money", "maintenance", *overheads,
    }  # fmt: skip
    assert moved(dear, MRI, amortised=1.0) == {"maintenance", *overheads}
    others = [code for code in REFERENCE.class_labels if code != MRI]
    assert {code: moved(dear, code) for code in others} == {code: set() for code in others}


def test_a_shared_value_moves_its_line_in_every_class() -> None:
    dear = case_with(override("communs.rent.*", 300))
    expected = {"premises", "management", "taxes"}
    assert all(moved(dear, code) == expected for code in REFERENCE.class_labels)


def test_a_value_given_to_one_class_leaves_the_others_on_the_shared_one() -> None:
    case = case_with(override("irm.occupancy.irm_1_5t", 0.5))
    assert moved(case, MRI) == {"technologists", "management", "taxes"}
    others = [code for code in REFERENCE.model_of(MRI).classes if code != MRI]
    assert all(not moved(case, code) for code in others)


def test_a_shared_value_given_to_a_modality_stays_in_it() -> None:
    case = case_with(override("communs.rent.irm", 300))
    for code in REFERENCE.class_labels:
        assert bool(moved(case, code)) == (code in REFERENCE.models["irm"].classes), code


def test_a_value_for_pet_alone_does_not_move_pet_ct() -> None:
    """`tep` names a class and its modality: what reads in two ways is refused or means the class.

    The lines of `tep_tdm` must not move without a word.
    """
    try:
        case = case_with(override("tep.slot_minutes.tep", 50))
    except InputError:
        return
    assert moved(case, "tep") == {"technologists", "management", "taxes"}
    assert moved(case, "tep_tdm") == set()


def test_thresholds_and_an_unused_vat_rate_cost_nothing() -> None:
    for address in ("machine_classes.reference_activity.irm_1_5t", "communs.vat_rate.*"):
        mode = 0.1 if "vat" in address else 5_000
        change = Override(parameter=address, mode=mode)
        if "vat" not in address:
            change = override(address, mode)
        assert all(not moved(case_with(change), code) for code in REFERENCE.class_labels)


def test_an_amount_without_vat_costs_a_fifth_more_whatever_its_line() -> None:
    # 1 000 000 € before VAT at 20 % is 1 200 000 €: depreciation (1 200 000 × 0.95) / 7.
    case = case_with(
        override("irm.purchase_price.irm_1_5t", 1_000_000, vat="excluded"),
        override("irm.consumables_per_act.*", 3, vat="excluded"),
    )
    found = lines(case, MRI, 6_500)
    assert found["equipment_depreciation"] == pytest.approx(162_857.1429, abs=CENT)
    assert found["maintenance"] == pytest.approx(96_000)
    assert found["consumables"] == pytest.approx(23_400)  # 3.60 × 6 500
    assert found["archiving"] == pytest.approx(16_250)
    assert lines(case, CT, 6_500) == pytest.approx(lines(CASE, CT, 6_500))


def test_no_line_is_negative_and_the_cost_never_falls_with_acts() -> None:
    acts = np.linspace(0, 20_000, 41)
    for code in REFERENCE.class_labels:
        for capital, amortised in itertools.product(("annuity", "straight_line", "lease"), (0, 1)):
            found = annual_cost(case_with(capital=capital), code, acts, float(amortised))
            assert min(float(amount.min()) for amount in found.lines.values()) >= 0
            assert (np.diff(found.total()) > 0).all()


def test_the_open_hours_that_the_acts_ask_are_told() -> None:
    # 6 500 acts × 24 min / 60 / 0.85 = 3 058.82 h
    found = annual_cost(CASE, "irm_1_5t", 6_500.0)
    assert float(found.derived["open_hours"]) == pytest.approx(3_058.8235, abs=1e-4)
    assert costs.HOURS_A_YEAR == 365 * 24

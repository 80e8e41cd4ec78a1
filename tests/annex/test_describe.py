"""The annex against the tables in force, and every price of every date in its place."""

from __future__ import annotations

import datetime as dt

import pytest

from costing.annex.describe import IN_FORCE, PROPOSED, Annex, describe, first_change, of_scenario
from costing.annex.forms import form_of
from costing.case.case import make_case
from costing.fee.schedule import Cell, Reform
from costing.optimise.named_rules import RULES
from costing.scenario.scenario import Scenario
from tests.annex.reading import JULY, NEXT, euros, matrix, prices


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def table(annex: Annex, article: int, date: dt.date):
    return next(t for t in annex.articles[article].tables if t.date == date)


def rows(annex: Annex, article: int, date: dt.date) -> list[list[str]]:
    return [[plain(text) for text in row] for row in matrix(table(annex, article, date))]


# --- The tables in force --------------------------------------------------------------------------


def test_ct_is_as_in_the_decision_of_2025(official):
    """Decision of 14 October 2025, article 6, I: the table from 5 November 2025."""
    date = dt.date(2025, 11, 5)
    reduced = "FORFAIT RÉDUIT SELON LES TRANCHES D'ACTIVITÉ"
    assert rows(official, 0, date) == [
        ["TYPE D'APPAREILS", "FORFAIT PLEIN", reduced, reduced, reduced],
        ["TYPE D'APPAREILS", "Activité ≤ activité de référence",
         "Activité > activité de référence et ≤ seuil 1", "Activité > seuil 1 et ≤ seuil 2",
         "Activité > seuil 2"],
        ["Amortis (1), toutes classes", "72,52 €", "51,00 €", "44,27 €", "30,89 €"],
        ["Non amortis, toutes classes", "91,71 €", "51,00 €", "44,27 €", "30,89 €"],
    ]  # fmt: skip
    found = table(official, 0, date)
    assert found.caption == (
        "Tarifs des forfaits techniques des scanners à compter du 5 novembre 2025 (1) (2)"
    )
    assert [plain(note)[:3] for note in (*found.inside, *found.below)] == ["(1)", "(1)", "(2)"]
    assert "7 années révolues" in plain(found.inside[0])
    assert "seuil 1 = 11 000" in plain(found.below[0])
    assert "seuil 2 = 13 000" in plain(found.below[0])
    assert "produit de contraste" in found.below[1]


def test_mri_is_as_in_the_arrete_of_2024(official):
    """Arrêté of 2 February 2024, article 1, 3°: prices shared by the first three classes too."""
    date = dt.date(2024, 3, 1)
    got = rows(official, 1, date)
    assert got[0][1:] == [
        "≤ 0,5 T", "> 0,5 T et < 1,5 T", "1,5 T (2)", "1,5 T dédié aux membres (3)",
        "1,5 T spécialisé ostéo-articulaire (3)", "> 1,5 T",
    ]  # fmt: skip
    assert got[1:] == [
        ["Activité de référence (nombre de forfaits)",
         "3 500", "4 000", "4 750", "4 500", "4 500", "4 500"],
        ["AMORTIS, forfaits pleins (1)", *[""] * 6],
        ["Paris", *["130,54 €"] * 3, "78,56 €", "91,60 €", "144,75 €"],
        ["Région parisienne hors Paris", *["126,86 €"] * 3, "78,09 €", "90,56 €", "138,94 €"],
        ["Province", *["125,60 €"] * 3, "77,93 €", "90,20 €", "130,80 €"],
        ["NON AMORTIS, forfaits pleins", *[""] * 6],
        ["Paris", "131,07 €", "194,28 €", "177,01 €", "111,22 €", "127,80 €", "203,83 €"],
        ["Région parisienne hors Paris",
         "127,45 €", "189,88 €", "173,30 €", "110,77 €", "126,78 €", "201,91 €"],
        ["Province", "121,75 €", "189,92 €", "171,97 €", "110,61 €", "126,43 €", "201,43 €"],
        ["FORFAIT RÉDUIT selon les tranches d'activité", *[""] * 6],
        ["Activité > activité de référence et ≤ seuil 1",
         *["73,94 €"] * 3, "50,51 €", "52,72 €", "75,40 €"],
        ["Activité > seuil 1 et ≤ seuil 2", *["59,53 €"] * 3, "42,57 €", "44,58 €", "65,65 €"],
        ["Activité > seuil 2", *["29,95 €"] * 3, "28,04 €", "29,30 €", "42,47 €"],
    ]  # fmt: skip
    found = table(official, 1, date)
    shared = [b for b in found.grid.boxes if b.columns == 3 and b.kind == "price"]
    assert len(shared) == 6
    assert found.caption.endswith("des IRM à compter du 1er mars 2024 (3) (4)")
    assert [note[:3] for note in found.inside] == ["(1)", "(2)", "(3)"]
    assert [note[:3] for note in found.below] == ["(3)", "(4)"]
    assert found.grid.rules == {0, 1, 2, 6, 10}


def test_pet_is_as_in_the_decision_of_2025(official):
    """Decision of 14 October 2025, article 6, III: the table from 5 November 2025."""
    date = dt.date(2025, 11, 5)
    assert rows(official, 2, date) == [
        ["CLASSE D'APPAREIL", "TEP (1)\nClasse 1", "TEP-TDM (2)\nClasse 2"],
        ["Activité annuelle de référence", "1 000 actes", "1 000 actes"],
        ["AMORTIS, forfait plein (3)", "672,00 €", "720,00 €"],
        ["NON AMORTIS, forfait plein", "874,00 €", "920,00 €"],
        ["Forfait réduit", "467,50 €", "467,50 €"],
    ]
    found = table(official, 2, date)
    assert found.caption.endswith("des TEP à compter du 5 novembre 2025")
    assert (found.inside, [note[:3] for note in found.below]) == ((), ["(1)", "(2)", "(3)"])


def test_before_contrast_was_inside_no_note_says_it(case):
    """In 2018 captions call the note on thresholds alone; prices of PET are not known then."""
    found = describe(case, case.reference.schedule, "", dt.date(2018, 7, 1))
    first = [article.tables[0] for article in found.articles]
    assert [t.caption.count("(") for t in first] == [1, 1, 0]
    assert not any("contraste" in note for t in first for note in t.below)
    assert {row[1] for row in matrix(first[2])[2:]} == {"—"}


def test_the_order_is_that_of_the_articles(official):
    assert [article.title for article in official.articles] == [
        "Article 1 – Scanographie",
        "Article 2 – Imagerie par résonance magnétique",
        "Article 3 – Tomographes à émission de positons (TEP)",
    ]


def test_official_tables_say_where_they_come_from(official):
    assert "NOR TSSS2402961A" in table(official, 0, dt.date(2024, 3, 1)).source
    assert "déduits" in table(official, 2, dt.date(2026, 1, 1)).source
    assert "déduits" not in table(official, 2, dt.date(2025, 11, 5)).source


# --- Any schedule ---------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["official", "reformed"])
def test_every_price_of_every_date_is_in_its_place(case, official, annex, reformed, which):
    schedule = case.reference.schedule if which == "official" else reformed
    shown = official if which == "official" else annex
    for article in shown.articles:
        for found in article.tables:
            seen = dict(prices(article.name, matrix(found)))
            wanted = [c for c in schedule.cells if c.class_code in {s.class_code for s in seen}]
            assert set(seen) == set(wanted)
            for cell, text in seen.items():
                assert euros(text) == schedule.price(cell, found.date), (cell, found.date)


def test_the_tables_in_force_come_before_the_proposed_ones(annex):
    for article in annex.articles:
        assert [(t.date, t.state) for t in article.tables] == [
            (dt.date(2026, 1, 1), IN_FORCE), (JULY, PROPOSED), (NEXT, PROPOSED),
        ]  # fmt: skip
        assert [bool(t.source) for t in article.tables] == [True, False, False]


def test_prices_that_differ_do_not_share_a_cell(annex):
    """One price of 1.5 T moves: the three classes part in that block, and in no other."""
    before, after = (table(annex, 1, date) for date in (dt.date(2026, 1, 1), JULY))
    wide = [[b.row for b in t.grid.boxes if b.columns == 3] for t in (before, after)]
    assert [len(found) for found in wide] == [8, 4]
    assert rows(annex, 1, JULY)[5][1:4] == ["125,32 €", "125,32 €", "100,005 €"]


def test_thresholds_that_differ_by_class_are_rows_of_the_table(annex):
    assert rows(annex, 1, JULY)[2:4] == [
        ["Seuil 1 (nombre de forfaits)", "8 000", "8 000", "9 000", "8 000", "8 000", "8 000"],
        ["Seuil 2 (nombre de forfaits)", *["11 000"] * 6],
    ]
    assert "donnés par le tableau" in table(annex, 1, JULY).below[0]
    assert "seuil 1 = 8" in table(annex, 1, dt.date(2026, 1, 1)).below[0]


def test_a_reference_activity_of_ct_is_said_where_it_is_proposed(annex):
    """The official table does not print it."""
    before, middle, after = (plain(t.below[0]) for t in annex.articles[0].tables)
    assert "activité de référence" not in before
    limits = "activité de référence = 7 000 forfaits techniques ; seuil 1 = 12 000"
    assert limits in middle
    assert limits in after
    # Limits that move inside a year still count acts from January.
    assert "depuis le 1er janvier" in middle
    assert "depuis le 1er janvier" not in after


def test_years_before_amorti_follow_the_first_of_january(annex):
    middle, after = (plain(t.inside[0]) for t in annex.articles[0].tables[1:])
    assert middle == (
        "(1) Est amorti un appareil installé depuis plus de 7 années révolues au 1er janvier de "
        "l'année considérée. À compter du 1er janvier 2027 : depuis plus de 10 années révolues."
    )
    assert "plus de 10 années révolues au 1er janvier" in after
    mri = plain(table(annex, 1, NEXT).inside[0])
    assert "ou 9 années révolues (IRM > 1,5 T) au 1er janvier" in mri


def test_further_machines_have_their_note(annex):
    ct, mri = (table(annex, article, NEXT) for article in (0, 1))
    assert ct.caption.endswith("(1) (2) (3)")
    assert plain(ct.below[-1]) == (
        "(3) Deuxième appareil et appareils suivants d'une même autorisation : 90 % des montants "
        "du tableau."
    )
    assert mri.caption.endswith("(4) (5) (6)")
    assert plain(mri.below[-1]) == (
        "(6) Deuxième appareil et appareils suivants d'une même autorisation : 87,5 % (IRM 1,5 T) "
        "des montants du tableau ; montants entiers pour les autres classes."
    )
    assert table(annex, 0, JULY).caption.endswith("2026 (1) (2)")


def test_classes_of_pet_may_part(annex):
    assert rows(annex, 2, NEXT)[1:] == [
        ["Activité annuelle de référence", "1 200 actes", "1 000 actes"],
        ["AMORTIS, forfait plein (3)", "672,00 €", "720,00 €"],
        ["NON AMORTIS, forfait plein", "874,00 €", "920,00 €"],
        ["Forfait réduit", "1 234,50 €", "550,00 €"],
    ]


def test_a_note_under_the_table_does_not_repeat_a_number_of_its_own(case):
    """PET's own notes, (1) to (3), stand under its table: a note of its caption comes after."""
    official = case.reference.schedule
    reform = Reform(NEXT, rank_factor={"tep": 0.5, "tep_tdm": 0.5})
    found = describe(case, official.with_prices({NEXT: {}}, "x", [reform]), "")
    pet = table(found, 2, NEXT)
    assert pet.caption.endswith("2027 (5)")
    assert [note[:3] for note in pet.below] == ["(1)", "(2)", "(3)", "(5)"]


# --- Which dates ----------------------------------------------------------------------------------


def test_the_first_date_of_a_schedule(case, reformed):
    official = case.reference.schedule
    assert first_change(official, official) is None
    assert first_change(official, reformed) == JULY
    between = official.with_prices({dt.date(2026, 3, 15): {}}, "x")
    assert first_change(official, between) == dt.date(2026, 3, 15)
    late = official.with_prices({NEXT: {Cell("scanner", "*", "*", "reduit_1"): 61.0}}, "x")
    assert first_change(official, late) == NEXT
    # The prices of July 2026 held for good: nothing differs but that January 2027 is not there.
    held = official.with_prices({JULY: {c: official.price(c, JULY) for c in official.cells}}, "x")
    assert first_change(official, held) == JULY


def test_a_scenario_has_its_own_dates_and_name(case, reformed):
    scenario = Scenario(name="Le mien\x00\n=1+1 <b>")
    found = of_scenario(make_case(case.reference, scenario), reformed)
    assert "« Le mien=1+1 <b> »" in found.origin
    assert scenario.hash[:12] in found.origin
    assert "synthétique" in found.origin
    steps = scenario.rules.step_dates
    assert next(t.date for t in found.articles[0].tables if t.state == PROPOSED) == steps[0]


def test_a_modality_without_an_official_table_has_the_common_form(case):
    form = form_of(case.reference, "mammographie")
    assert (form.article, form.machines, form.mark) == (
        "mammographie", "appareils « mammographie »", 1,
    )  # fmt: skip


def test_named_rules_can_be_laid_out(case):
    from costing.optimise.cost_rules import named

    for rule in ("held", "uniform"):
        found = describe(case, named(case, rule), RULES[rule].label.fr)
        assert len(found.articles) == 3

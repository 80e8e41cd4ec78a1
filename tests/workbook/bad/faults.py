"""Faults of cells, rows and sheets: what is altered in the good workbook, one fault each.

What the importer must say of each is in `expected.yaml`, written by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from tests.workbook.bad.book import Book, Cell, Error, Literal, name_of

VALUES, ACTIVITY, CHOICES, FLEET, READ_ME = "Hypothèses", "Activité", "Choix", "Parc", "Lisez-moi"
PRICE = "irm.purchase_price.irm_1_5t"
OTHER_PRICE = "irm.purchase_price.irm_gt_1_5t"
RATE = "communs.cost_of_capital.*"
HOURS = "communs.productive_hours.*"
RENT = "communs.rent.*"
FIXED = "communs.vat_rate.*"
THRESHOLD = "machine_classes.threshold_1.irm"
REFERENCE_ACTIVITY = "machine_classes.reference_activity.scanner"
DDE = "cmd|'/c calc'!A0"

Alter = Callable[[Book], None]
FAULTS: dict[str, Alter] = {}


def fault(alter: Alter) -> Alter:
    """Keep a fault under its function's name."""
    FAULTS[alter.__name__] = alter
    return alter


def typed(name: str, value: Any, key: str = PRICE, heading: str = "Mode", **more: Any) -> None:
    """A fault that is one cell of a value sheet filled otherwise."""

    def alter(book: Book) -> None:
        sheet = book.sheet(ACTIVITY if key.startswith("machine_classes") else VALUES)
        sheet.put(sheet.at(key, heading), value, **more)

    FAULTS[name] = alter


def chosen(name: str, key: str, value: Any, **more: Any) -> None:
    """A fault that is one cell of the choices filled otherwise."""

    def alter(book: Book) -> None:
        sheet = book.sheet(CHOICES)
        sheet.put(sheet.at(key, "Valeur"), value, **more)

    FAULTS[name] = alter


def machine(name: str, heading: str, value: Any, key: str = "A-RM1", **more: Any) -> None:
    """A fault that is one cell of the fleet filled otherwise."""

    def alter(book: Book) -> None:
        sheet = book.sheet(FLEET)
        sheet.put(sheet.at(key, heading), value, **more)

    FAULTS[name] = alter


# Numbers
typed("number_in_words", "un million")
typed("number_about", "environ 900 000")
typed("number_range", "900000-1100000")
typed("number_exponent", "1e6")
typed("number_twice_readable_point", "1.234")
typed("number_twice_readable_comma", "12,500")
typed("number_bad_groups", "10 50 000")
typed("number_two_decimal_marks", "1.050.000.5")
typed("number_milli_euros", "1050 m€")
typed("number_in_dollars", "1 050 000 $")
typed("number_euros_for_hours", "1,5 k€", key=HOURS)
typed("number_negative", -1_050_000)
typed("number_in_parentheses", "(1 050 000)")
typed("number_minus_in_words", "− 1 050 000 €")
typed("number_without_end", Literal("1e999"))
typed("number_true", True)
typed("number_is_a_date", dt.datetime(2025, 5, 3), format="dd/mm/yyyy")
typed("number_is_a_duration", dt.timedelta(hours=30), format="[h]:mm")
typed("number_blank", None, heading="Haut")
typed("number_only_spaces", "\u00a0 \u202f", heading="Haut")
typed("number_format_in_thousands", 1050, format='0" k€"')
typed("number_format_divides", 1_050_000, format="#,##0,")
typed("amount_in_percent", "35 %")
typed("amount_format_in_percent", 0.35, format="0%")
typed("rate_without_sign", 0.04, key=RATE, format="0.00")
typed("rate_text_without_sign", "3,5", key=RATE)
typed("rate_above_one", "400 %", key=RATE)
typed("rate_format_above_one", 4, key=RATE, format="0%")
typed("bounds_out_of_order", 2_000_000, heading="Bas")
typed("bound_on_fixed_value", 0.1, key=FIXED, heading="Bas", format="0%")

# Formulas and errors
typed("error_division", Error("#DIV/0!"))
typed("error_typed", "#N/A")
typed("error_reference_in_note", Error("#REF!"), heading="Note")
typed("formula_not_computed", None, formula="500000*2.1")
typed("formula_of_another_file", 1_050_000, formula="[1]Prix!$B$2")
typed("formula_of_a_path", 1_050_000, formula="'C:\\[prix.xlsx]Prix'!B2")
typed("formula_of_a_site", 1_050_000, formula='WEBSERVICE("http://example.org/prix")')
typed("formula_command", 1_050_000, formula=DDE)


@fault
def formula_command_out_of_the_table(book: Book) -> None:
    book.sheet(FLEET).put((40, 30), 0, formula=DDE)


@fault
def formula_zero_not_computed(book: Book) -> None:
    sheet = book.sheet(VALUES)
    sheet.put(sheet.at(PRICE, "Mode"), 0, formula="500000*2.1")
    book.recompute = True


# Dates
typed("date_in_words", "2 mars 2026", heading="Le")
typed("date_short_year", "02/03/26", heading="Le")
typed("date_month_first", "03/22/2026", heading="Le")
typed("date_that_is_not", "31/02/2026", heading="Le")
typed("date_serial", 46083, heading="Le", format="General")
typed("date_with_hour", dt.datetime(2026, 3, 2, 18, 30), heading="Le", format="dd/mm/yyyy")
typed("date_too_old", "02/03/1026", heading="Le")

# Lists and texts
typed("vat_unknown", "TTC", heading="TVA")
typed("vat_blank", None, heading="TVA")
typed("vat_given_for_hours", "comprise", key=HOURS, heading="TVA")
typed("grade_unknown", "E", heading="Note")
typed("grade_blank", None, key=RENT, heading="Note")
typed("source_blank", None, key=RENT, heading="Source")
typed("author_is_true", True, heading="Qui")
typed("unit_changed", "k€", heading="Unité")
typed("label_shifted", "Prix d'achat du scanner", heading="Hypothèse")
typed("class_shifted", "IRM > 1,5 T", heading="Classe")


@fault
def grade_without_source(book: Book) -> None:
    sheet = book.sheet(VALUES)
    sheet.put(sheet.at(RENT, "Mode"), 230)
    sheet.put(sheet.at(RENT, "Note"), "A")


# Rows, columns, sheets
@fault
def address_misspelt(book: Book) -> None:
    sheet = book.sheet(VALUES)
    sheet.put(sheet.at(PRICE, "Adresse"), "irm.purchase_prize.irm_1_5t")


@fault
def address_twice(book: Book) -> None:
    sheet = book.sheet(VALUES)
    row = sheet.at(PRICE, "Adresse")[0]
    for (r, c), cell in list(sheet.cells.items()):
        if r == row:
            sheet.cells[500, c] = cell


@fault
def row_deleted(book: Book) -> None:
    sheet = book.sheet(VALUES)
    sheet.delete_row(sheet.at(OTHER_PRICE, "Adresse")[0])


@fault
def row_without_address(book: Book) -> None:
    sheet = book.sheet(VALUES)
    sheet.put((300, sheet.header("Mode")[1]), 12)


@fault
def rows_sorted_in_part(book: Book) -> None:
    """Two addresses change places, the rest of their rows does not."""
    sheet = book.sheet(VALUES)
    first, second = sheet.at(PRICE, "Adresse"), sheet.at(OTHER_PRICE, "Adresse")
    sheet.cells[first], sheet.cells[second] = sheet.cells[second], sheet.cells[first]


@fault
def cells_merged(book: Book) -> None:
    sheet = book.sheet(VALUES)
    low, mode = sheet.at(PRICE, "Bas"), sheet.at(PRICE, "Mode")
    sheet.merged.append(f"{name_of(low)}:{name_of(mode)}")
    sheet.put(mode, None)


@fault
def column_renamed(book: Book) -> None:
    sheet = book.sheet(VALUES)
    sheet.put(sheet.header("Haut"), "Max")


@fault
def column_deleted(book: Book) -> None:
    sheet = book.sheet(VALUES)
    sheet.delete_column(sheet.header("Note")[1])


@fault
def column_twice(book: Book) -> None:
    sheet = book.sheet(VALUES)
    sheet.put((sheet.header("Mode")[0], 56), "Mode")


@fault
def headings_deleted(book: Book) -> None:
    sheet = book.sheet(FLEET)
    sheet.delete_row(sheet.header("Appareil")[0])


@fault
def sheet_missing(book: Book) -> None:
    book.sheets.remove(book.sheet(FLEET))


@fault
def sheet_renamed(book: Book) -> None:
    book.sheet(ACTIVITY).name = "Activites"


@fault
def sheets_exchanged(book: Book) -> None:
    first, second = book.sheet(VALUES), book.sheet(FLEET)
    first.name, second.name = second.name, first.name


@fault
def sheet_copied(book: Book) -> None:
    twin = book.copy().sheet(FLEET)
    twin.name = "Parc (2)"
    book.sheets.append(twin)


@fault
def content_below_the_last_row(book: Book) -> None:
    book.sheet(VALUES).put((5001, 1), "oublié")


@fault
def content_in_the_last_cell(book: Book) -> None:
    book.sheet(FLEET).put((1_048_576, 16_384), "x")


@fault
def reference_data_of_another_time(book: Book) -> None:
    sheet = book.sheet(READ_ME)
    sheet.put(sheet.beside("Empreinte des données de référence"), "0" * 64)


@fault
def reference_data_not_named(book: Book) -> None:
    sheet = book.sheet(READ_ME)
    sheet.delete_row(sheet.beside("Empreinte des données de référence")[0])


# Choices
chosen("choice_unknown", "perimeter", "periode_2042")
chosen("choice_nearly", "conventions.capital", "anuité constante")
chosen("choice_blank", "conventions.capital", None)
chosen("choice_neither_yes_nor_no", "conventions.inpatients_count", "peut-être")
chosen("seed_not_whole", "seed", 1.5)
chosen("savings_blank", "savings.target_eur", None)
chosen("savings_twice_readable", "savings.target_eur", "6.000")
chosen("rounding_zero", "rules.rounding_eur", 0)
chosen("steps_out_of_order", "rules.step_dates.2", dt.datetime(2026, 1, 1), format="dd/mm/yyyy")
chosen("lever_by_half", "savings.other_levers.2.label", "Radiologie interventionnelle")


@fault
def choice_key_misspelt(book: Book) -> None:
    sheet = book.sheet(CHOICES)
    sheet.put(sheet.at("savings.reading", "Clé"), "savings.readings")


@fault
def choice_key_twice(book: Book) -> None:
    sheet = book.sheet(CHOICES)
    sheet.put((500, 1), "seed")
    sheet.put((500, sheet.header("Valeur")[1]), 7)


@fault
def choice_row_deleted(book: Book) -> None:
    sheet = book.sheet(CHOICES)
    sheet.delete_row(sheet.at("savings.reading", "Clé")[0])


@fault
def choice_unit_changed(book: Book) -> None:
    sheet = book.sheet(CHOICES)
    sheet.put(sheet.at("savings.target_eur", "Unité"), "M€")


# Fleet
machine("machine_region_misspelt", "Région", "Bretaigne")
machine("machine_sector_unknown", "Secteur", "privé")
machine("machine_acts_in_words", "Actes facturés", "beaucoup")
machine("machine_acts_not_known", "Actes facturés", "n.c.")
machine("machine_weight_blank", "Poids", None)
machine("machine_rank_not_whole", "Rang sur l'autorisation", 1.5)
machine("machine_installed_as_serial", "Installé le", 42800, format="General")
machine("machine_named_twice", "Appareil", "A-SC1")


@fault
def fleet_year_blank(book: Book) -> None:
    sheet = book.sheet(FLEET)
    sheet.put(sheet.beside("Année des actes"), None)


@fault
def fleet_year_without_machines(book: Book) -> None:
    """A machine whose data are said to be unavailable must be there: that sheet is emptied too."""
    for name in (sheet.name for sheet in book.sheets if sheet.name == "Non disponible"):
        header = book.sheet(name).header("Appareil")[0]
        book.sheet(name).cells = {a: c for a, c in book.sheet(name).cells.items() if a[0] <= header}
    sheet = book.sheet(FLEET)
    header = sheet.header("Appareil")[0]
    sheet.cells = {at: cell for at, cell in sheet.cells.items() if at[0] <= header}


@fault
def fleet_label_twice(book: Book) -> None:
    book.sheet(FLEET).put((1, 1), "Année des actes")


# The whole
@fault
def thresholds_out_of_order(book: Book) -> None:
    """The reference activity of CT may not pass its first threshold, 11 000 acts."""
    sheet = book.sheet(ACTIVITY)
    for heading in ("Bas", "Mode", "Haut"):
        sheet.put(sheet.at(REFERENCE_ACTIVITY, heading), 12_000)


@fault
def division_by_zero(book: Book) -> None:
    sheet = book.sheet(VALUES)
    for heading in ("Bas", "Mode"):
        sheet.put(sheet.at("irm.occupancy.*", heading), 0)


# Not seen
@fault
def hidden_row_of_a_changed_value(book: Book) -> None:
    sheet = book.sheet(VALUES)
    sheet.hidden_rows.add(sheet.at(PRICE, "Mode")[0])


@fault
def hidden_column_of_a_changed_value(book: Book) -> None:
    sheet = book.sheet(VALUES)
    sheet.hidden_columns.add(sheet.header("TVA")[1])


@fault
def hidden_sheet_of_a_changed_value(book: Book) -> None:
    book.sheet(ACTIVITY).state = "veryHidden"


@fault
def hidden_by_its_format(book: Book) -> None:
    sheet = book.sheet(VALUES)
    at = sheet.at(PRICE, "Mode")
    sheet.put(at, sheet.cells[at].value, format=";;;")


@fault
def hidden_in_the_colour_of_its_ground(book: Book) -> None:
    sheet = book.sheet(VALUES)
    at = sheet.at(PRICE, "Mode")
    sheet.put(at, sheet.cells[at].value, ink="FFFFFF")


@fault
def hidden_under_another_number(book: Book) -> None:
    sheet = book.sheet(VALUES)
    at = sheet.at(PRICE, "Mode")
    sheet.put(at, sheet.cells[at].value, format='"1 000 000"')


@fault
def hidden_choice(book: Book) -> None:
    sheet = book.sheet(CHOICES)
    sheet.hidden_rows.add(sheet.at("savings.share_on_fee", "Clé")[0])


@fault
def hidden_machines(book: Book) -> None:
    sheet = book.sheet(FLEET)
    row = sheet.at("B-SC1", "Appareil")[0]
    sheet.hidden_rows |= {row, row + 1, row + 2, row + 4}


@fault
def hidden_weights(book: Book) -> None:
    sheet = book.sheet(FLEET)
    sheet.hidden_columns.add(sheet.header("Poids")[1])


@fault
def many_faults_at_once(book: Book) -> None:
    values, fleet = book.sheet(VALUES), book.sheet(FLEET)
    values.put(values.at(PRICE, "Mode"), "1.234")
    values.put(values.at(RATE, "Mode"), "3,5")
    values.cells[values.at(RENT, "Note")] = Cell("E")
    choices = book.sheet(CHOICES)
    choices.put(choices.at("perimeter", "Valeur"), "tout")
    fleet.put(fleet.at("A-RM1", "Région"), "Bretaigne")
    fleet.put(fleet.at("A-RM2", "Poids"), "deux")

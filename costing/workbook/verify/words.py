"""What a verification found, in French: inputs changed since the export, cells that differ, a CSV.

Not here: the comparison itself (`costing.workbook.verify.verify`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from costing.case import labels
from costing.fee.schedule import Cell
from costing.french.writing import NONE, THIN, euros, join
from costing.french.writing import number as french
from costing.french.writing import quantity as with_unit
from costing.reference.reference import Reference
from costing.scenario.menu import STRUCTURES
from costing.scenario.scenario import Scenario
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.row import Choice
from costing.workbook.sheets.choices.rows import choice_text, choices
from costing.workbook.verify.gaps import Gap
from costing.workbook.verify.verify import PRICE_JOIN, Verification

_FIELDS = {
    "low": "bas", "mode": "mode", "high": "haut", "vat": "TVA", "source": "source", "grade": "note",
    "author": "auteur", "reason": "motif", "date": "date",
}  # fmt: skip
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Inputs that are not one row of « Choix ».
_TITLES = {
    "rules.step_dates": "Dates du barème", "savings.other_levers": "Autres leviers",
    vocabulary.FLEET: "Parc, par son empreinte",
}  # fmt: skip
#: Reasons that are of inputs, which a person corrects in the workbook.
_TYPED = ("text", "unread")
#: Cells that a sentence names.
_FEW = 3
#: Characters of a cell that are shown.
LONGEST = 40
COLUMNS = ("feuille", "case", "trouvé", "attendu", "raison")


def verdict(verification: Verification) -> str:
    """All of it in one sentence."""
    cells = f"{french(verification.cells)} cases recalculées par le moteur"
    count = len({_datum(key) for key, _, _ in verification.changed})
    inputs = "1 donnée changée" if count == 1 else f"{french(count)} données changées"
    changed = f"{inputs} depuis l'export" if count else "aucune donnée changée depuis l'export"
    if verification.fine:
        return f"Classeur exact : {cells}, toutes égales ; {changed}."
    reasons = {gap.reason for gap in verification.gaps}
    if "moved" in reasons:
        return (
            "Classeur à importer, puis à exporter de nouveau : une date a quitté son année, et les "
            f"cases qui en dépendent ne valent plus ; {changed}."
        )
    typed = [f"{gap.sheet}!{gap.cell}" for gap in verification.gaps if gap.reason in _TYPED]
    wrong = len(verification.gaps) - len(typed)
    if typed and not reasons & {"replaced", "absent"}:
        others = f" et {len(typed) - _FEW} autres" if len(typed) > _FEW else ""
        where = join(typed[:_FEW], "et") + others
        return (
            f"Classeur à corriger : une saisie ne se calcule pas ({where}). Sur {cells}, "
            f"{_differ(wrong)} ; {changed}."
        )
    if reasons == {"stale"}:
        old = "1 dit encore" if wrong == 1 else f"{french(wrong)} disent encore"
        return (
            "Classeur à recalculer, ou à importer puis exporter de nouveau : sur "
            f"{cells}, {old} la valeur d'avant ; {changed}."
        )
    return f"Classeur à ne pas croire tel quel : sur {cells}, {_differ(wrong)} ; {changed}."


def _differ(wrong: int) -> str:
    return "1 diffère" if wrong == 1 else f"{french(wrong)} diffèrent"


def _datum(key: str) -> str:
    """What the key of a change is about: a value has several fields."""
    return key.rpartition(".")[0] if key.startswith(("overrides.", "unavailable.")) else key


def changed_in_words(
    reference: Reference, verification: Verification
) -> list[tuple[str, str, str]]:
    """Each input that is not as exported: what, before, after."""
    by_key = {choice.key: choice for choice in choices(reference, Scenario())}
    return [_change(reference, by_key, *change) for change in verification.changed]


def _change(
    reference: Reference, by_key: dict[str, Choice], key: str, before: Any, after: Any
) -> tuple[str, str, str]:
    if PRICE_JOIN in key:
        return _price(reference, key, before, after)
    if key.startswith("overrides."):
        return _override(reference, key.removeprefix("overrides."), before, after)
    if key not in by_key:
        return _TITLES.get(key, key), _plain(before), _plain(after)
    choice = by_key[key]
    return choice.label, _chosen(choice, before), _chosen(choice, after)


def _chosen(choice: Choice, value: Any) -> str:
    """A choice's value, where its words are known for it."""
    try:
        return choice_text(replace(choice, value=value))
    except (KeyError, TypeError, ValueError):
        return _plain(value)


def _override(reference: Reference, key: str, before: Any, after: Any) -> tuple[str, str, str]:
    """A field of a value; where a side has none, it is the reference value's."""
    address, _, field = key.rpartition(".")
    what = f"{labels.address_name(reference, address)}, {_FIELDS.get(field, field)}"
    file, name, scope = address.split(".")
    parameter = reference.files.get(file, {}).get(name)
    if parameter is None:
        return what, _plain(before), _plain(after)
    original = getattr(reference.value_for(parameter, scope), field, None)
    sides = [original if side is None else side for side in (before, after)]
    if field in {"low", "mode", "high"}:
        texts = [NONE if side is None else with_unit(side, parameter.unit, 6) for side in sides]
    else:
        texts = [labels.VAT.get(str(side), _plain(side)) for side in sides]
    return what, texts[0], texts[1]


def _price(reference: Reference, key: str, before: Any, after: Any) -> tuple[str, str, str]:
    """A price, or a part of the structure, from a date on."""
    date, *cell = key.split(PRICE_JOIN)
    since = f"à partir du {labels.day(dt.date.fromisoformat(date))}"
    code, part = cell[0], cell[3]
    if part in STRUCTURES:
        title, unit = STRUCTURES[part]
        where = f"{title.fr} — {labels.scope_name(reference, code)}, {since}"
        texts = [NONE if side is None else with_unit(side, unit, 6) for side in (before, after)]
    else:
        where = f"Tarif {labels.cell_title(reference, Cell(*cell))}, {since}"
        texts = [NONE if side is None else euros(side, 2) for side in (before, after)]
    return where, texts[0], texts[1]


def _plain(value: Any) -> str:
    if value is None or value == "" or value in ([], {}, ()):
        return NONE
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list | tuple):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, Mapping):
        return ", ".join(_plain(part) for part in value.values())
    try:
        return labels.day(dt.date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def number(value: float) -> str:
    """A number with all the digits that tell two cells apart: `1 234,567891234`."""
    text = f"{value:,.12g}".replace(",", THIN).replace(".", ",")
    return text.replace("-", "\N{MINUS SIGN}", 1) if value < 0 else text


def cell(value: Any) -> str:
    """What a cell holds, to read; the beginning of a long text."""
    if value is None or value == "":
        return NONE
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    text = labels.day(value) if isinstance(value, dt.date) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def gaps_csv(gaps: Iterable[Gap]) -> str:
    """Every cell that differs, for a spreadsheet; no text in it can become a formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        (_harmless(gap.sheet), gap.cell, _field(gap.actual), _field(gap.expected), gap.words)
        for gap in gaps
    )
    return stream.getvalue()


def _field(value: Any) -> str:
    """A number as a French spreadsheet reads it, else a text that it takes for one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value).replace(".", ",")
    return "" if value is None else _harmless(str(value))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text

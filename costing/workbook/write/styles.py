"""How the cells of every workbook look: their styles, and the formats of quantities.

Colours carry nothing that a word or a mark does not also say. Dates and numbers are real dates and
numbers: Excel shows them in the reader's own language (1 234,56 in French).
"""

from __future__ import annotations

from typing import Any

from costing.language.units import UNITS

DAY, WHOLE = "dd/mm/yyyy", "#,##0_ "
CHANGED = "● modifié"

INK, PAPER, RULE = "#1F2937", "#FFFFFF", "#C9D1DB"
STYLES: dict[str, dict[str, Any]] = {
    "base": {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "top"},
    "title": {"bold": True, "font_size": 16},
    "subtitle": {"bold": True, "font_size": 12, "font_color": "#1F3A5F"},
    "lead": {"font_size": 11, "text_wrap": True},
    "hint": {"font_color": "#55606E", "italic": True},
    "caption": {"italic": True, "font_size": 11, "text_wrap": True},
    "note": {"font_size": 9, "text_wrap": True},
    "warning": {"bold": True, "font_color": "#7A2E0E", "text_wrap": True},
    "head": {
        "bold": True, "font_color": PAPER, "bg_color": "#1F3A5F", "border": 1,
        "border_color": RULE, "text_wrap": True, "valign": "vcenter",
    },
    "head_right": {"base_style": "head", "align": "right", "indent": 1},
    "section": {"bold": True, "bg_color": "#DCE5EF", "top": 1, "bottom": 1, "border_color": RULE},
    "cell": {"border": 1, "border_color": RULE, "text_wrap": True},
    "strong": {"base_style": "cell", "bold": True},
    "code": {"base_style": "cell", "font_size": 8, "font_color": "#55606E"},
    "small": {"base_style": "cell", "font_size": 8},
    "locked": {"base_style": "cell", "bg_color": "#EEF1F4"},
    "centre": {"base_style": "cell", "align": "center"},
    "input": {
        "base_style": "cell", "bg_color": "#FFF6D6", "border_color": "#D3B95F", "locked": False,
    },
    "number": {"base_style": "cell", "align": "right", "num_format": WHOLE},
    "euro": {"base_style": "number", "num_format": '#,##0 "€"_ '},
    "price": {"base_style": "number", "num_format": "#,##0.00_ "},
    "percent": {"base_style": "number", "num_format": "+0.0 %_ ;-0.0 %_ ;0.0 %_ "},
    "share": {"base_style": "number", "num_format": "0.0 %_ "},
    "example": {
        "base_style": "cell", "font_size": 9, "italic": True, "font_color": "#55606E", "border": 3,
    },
    "state": {
        "bold": True, "font_size": 14, "font_color": "#7A2E0E", "bg_color": "#FDE3D0", "border": 1,
        "border_color": RULE, "valign": "vcenter",
    },
    "link": {"base_style": "cell", "font_color": "#1F3A5F", "underline": 1},
    "calc": {"base_style": "base", "font_size": 9, "num_format": "#,##0.00_ "},
    "calc_text": {"base_style": "base", "font_size": 9},
    "date": {"base_style": "cell", "align": "center", "num_format": DAY},
    "banner": {
        "bold": True, "font_size": 12, "font_color": "#7A2E0E", "bg_color": "#FDE3D0", "border": 2,
        "border_color": "#C2571A", "text_wrap": True, "valign": "vcenter",
    },
}  # fmt: skip


def properties(name: str) -> dict[str, Any]:
    """A style's properties, those that it builds on included."""
    own = dict(STYLES[name])
    below = own.pop("base_style", None if name == "base" else "base")
    return {**(properties(below) if below else {}), **own}


def number_format(unit: str, *values: float | None) -> str:
    """The Excel format of a quantity: percentages for rates, thousands where values are large."""
    if UNITS[unit][2]:
        return "0.0## %_ "
    magnitudes = [abs(value) for value in values if value is not None]
    if any(value % 1 for value in magnitudes):
        return "#,##0.00##_ " if unit.startswith("EUR") else "General"
    return WHOLE if any(value >= 1000 for value in magnitudes) else "General"

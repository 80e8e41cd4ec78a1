"""How a file of activity says what a fleet holds: one column for each of ours, and its wordings.

A person writes and reads it as YAML, or makes it on a screen; it is kept for the next file with the
same headings. Not here: how it is guessed (`guess`) or applied (`file`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated, Literal

import yaml
from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, model_validator

from costing.fleet.columns import COLUMNS
from costing.fleet_file.synonyms import DEPARTMENT, TITLES, plain
from costing.problems.errors import FleetError, InputError, ModelError, Place, problem
from costing.values.parameters import Strict
from costing.values.yaml_lines import CodedError, Fault, read

FOLDER_VARIABLE = "COSTING_MAPPINGS"
Column = Literal[
    "machine_id", "site_id", "modality", "class", "installed_on", "zone", "region", "sector",
    "rank_on_authorisation", "acts_billed", "acts_inpatient", "weight", "department", "year",
]  # fmt: skip
#: What a column that the file does not have may be found from, and what it is then.
DEDUCED = {"site_id": "machine_id", "modality": "class", "zone": "region", "region": DEPARTMENT}
DEFAULTS = {"rank_on_authorisation": "1", "weight": "1"}


def missing(columns: Collection[str]) -> list[str]:
    """The columns of a fleet that some columns neither say nor let be found."""

    def has(name: str) -> bool:
        return name in columns or name in DEFAULTS or (name in DEDUCED and has(DEDUCED[name]))

    return [name for name in COLUMNS if not has(name)]


def _as_text(value: object) -> object:
    """A number of YAML as its digits: 8000 and « 8000 » are one wording."""
    plain_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:.15g}" if plain_number else value


Wording = Annotated[str, BeforeValidator(_as_text)]


class Origin(Strict):
    """Where one of our columns comes from: a column of the file, or the same value on every row.

    values: what a wording of the file means; an empty one is a blank cell.
    """

    column: Wording | None = None
    constant: Wording | None = None
    values: dict[Wording, Wording] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_two(self) -> Origin:
        if (self.column is None) == (self.constant is None):
            raise CodedError(Fault("activity_origin"))
        return self


class Layout(Strict):
    """How the file is to be read, where that is not to be found in it.

    header_line: line of the headings, from 1. decimal: the sign before decimals. dates: what comes
    first in 01/07/2018.
    """

    sheet: str | None = None
    header_line: int | None = Field(default=None, ge=1, le=1000)
    separator: Literal[";", ",", "\t", "|"] | None = None
    encoding: Literal["utf-8", "utf-16", "cp1252", "mac_roman", "cp850"] | None = None
    decimal: Literal[",", "."] | None = None
    dates: Literal["day_first", "month_first"] = "day_first"


class Mapping(Strict):
    """A whole correspondence. rows: whether a machine is one row, or several whose acts add up.

    A column that is left out is deduced (modality from class, region from department, zone from
    either, site from machine) or 1 (rank, weight); the others are needed.
    """

    format: Literal[1] = 1
    name: str = ""
    layout: Layout = Layout()
    rows: Literal["one", "several"] = "one"
    columns: dict[Column, Origin]

    @model_validator(mode="after")
    def _complete(self) -> Mapping:
        if names := missing(self.columns):
            raise CodedError(
                *(Fault("activity_unmapped", ("columns",), {"value": TITLES[n]}) for n in names)
            )
        return self

    @property
    def headings(self) -> dict[str, str]:
        """The file's column of each of ours that has one."""
        return {name: o.column for name, o in self.columns.items() if o.column is not None}

    def to_yaml(self) -> str:
        """YAML that `from_yaml` reads back."""
        content = {"format": self.format, **self.model_dump(exclude_defaults=True)}
        text: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
        return text


def from_yaml(path: Path) -> Mapping:
    """Read a correspondence.

    Raises:
        FleetError: every key that is missing, unknown or wrong, with its line.
    """
    try:
        return read(path).validate(Mapping)
    except ModelError as error:
        raise FleetError(error.problems) from None


def check_headings(mapping: Mapping, headings: Iterable[str], file: str) -> None:
    """Refuse a mapping that names columns which the file does not have.

    Raises:
        FleetError: each such column, with what the file has.
    """
    known = list(headings)
    absent = [(name, text) for name, text in mapping.headings.items() if text not in known]
    if absent:
        shown = ", ".join(f"« {heading} »" for heading in known)
        raise FleetError(
            problem("activity_absent", Place(file=file), text, column=TITLES[name], known=shown)
            for name, text in absent
        )


# --- what is remembered


def signature(headings: Iterable[str]) -> str:
    """What tells one shape of file from another: its headings, in their order."""
    text = "\n".join(plain(heading) or heading for heading in headings)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def folder() -> Path:
    """Where correspondences are kept: COSTING_MAPPINGS, else in the user's data directory."""
    own = os.environ.get(FOLDER_VARIABLE)
    return Path(own) if own else user_data_path("costing", appauthor=False) / "correspondances"


def recall(headings: Iterable[str]) -> Mapping | None:
    """The correspondence kept for a file with these headings; None without one that reads."""
    titles = list(headings)
    path = folder() / f"{signature(titles)}.yaml"
    if not path.is_file():
        return None
    try:
        mapping = from_yaml(path)
        check_headings(mapping, titles, path.name)
    except InputError:
        return None
    return mapping


def remember(mapping: Mapping, headings: Iterable[str]) -> bool:
    """Keep a correspondence for the next file of the same headings; False if it cannot be."""
    path = folder() / f"{signature(headings)}.yaml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.part")
        partial.write_text(mapping.to_yaml(), encoding="utf-8")
        partial.replace(path)
    except OSError:
        return False
    return True

"""The machines of « Parc » as the formulas of other sheets see them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.utility import xl_col_to_name

from costing.case.case import Case
from costing.fleet.columns import COLUMNS
from costing.workbook.live.columns import Floats
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.fleet.write import HEADER


@dataclass(frozen=True)
class Parc:
    """One row a machine, in the order of the fleet; each column's cells and values."""

    case: Case

    @property
    def count(self) -> int:
        """Rows of the fleet."""
        return len(self.case.fleet.frame)

    def cell(self, column: str, index: int) -> str:
        """A machine's cell."""
        return f"{vocabulary.FLEET}!${_letter(column)}{HEADER + 2 + index}"

    def column(self, column: str) -> str:
        """A whole column."""
        letter = _letter(column)
        first = HEADER + 2
        return f"{vocabulary.FLEET}!${letter}${first}:${letter}${first + self.count - 1}"

    def _floats(self, column: str) -> Floats:
        return np.asarray(self.case.fleet.frame[column].to_numpy(dtype=float))

    @cached_property
    def names(self) -> list[str]:
        """Names of the machines."""
        return [str(name) for name in self.case.fleet.frame["machine_id"]]

    @cached_property
    def codes(self) -> list[str]:
        """Class code of each machine."""
        return [str(code) for code in self.case.fleet.frame["class"]]

    @cached_property
    def modality(self) -> NDArray[np.object_]:
        """Modality code of each machine."""
        return np.asarray(self.case.fleet.frame["modality"].to_numpy(dtype=object))

    @cached_property
    def weight(self) -> Floats:
        """Real machines that each row stands for, in the fleet's year."""
        return self._floats("weight")

    @cached_property
    def installed(self) -> NDArray[np.datetime64]:
        """Day of installation."""
        return np.asarray(self.case.fleet.frame["installed_on"].to_numpy("datetime64[D]"))

    @cached_property
    def billed(self) -> Floats:
        """Acts paid by the fee, in the fleet's year."""
        return self._floats("acts_billed")

    @cached_property
    def inpatient(self) -> Floats:
        """Acts of in-patients, in the fleet's year."""
        return self._floats("acts_inpatient")

    @cached_property
    def further(self) -> NDArray[np.bool_]:
        """Whether each machine is second or later on its authorisation."""
        return np.asarray(self.case.fleet.frame["rank_on_authorisation"].to_numpy() >= 2)

    @cached_property
    def zones(self) -> list[str]:
        """Zone of each machine as its price knows it; `*` where its class has none."""
        classes = self.case.reference.classes
        zones = self.case.fleet.frame["zone"]
        return [str(z) if classes[c].zones else "*" for c, z in zip(self.codes, zones, strict=True)]


def _letter(column: str) -> str:
    return str(xl_col_to_name(COLUMNS.index(column)))

"""The values of many mixes of two scenarios at once, as arrays over the coalitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costing.analysis.bridge.differences import Pair, scopes, state_of
from costing.case.case import Case
from costing.reference.reference import Reference

Floats = NDArray[np.float64]


def owner(reference: Reference, class_code: str, name: str) -> str | None:
    """File of the parameter that a class reads under a name: its modality's before the shared."""
    files = (reference.model_of(class_code).modality, "communs", "machine_classes")
    return next((file for file in files if name in reference.files[file]), None)


@dataclass(frozen=True)
class Mixture:
    """The values of many mixes at once: those of `case`, but at some addresses.

    taken: by address, whether each coalition takes the value from b, `(n,)`.
    """

    pair: Pair
    case: Case
    taken: Mapping[str, NDArray[np.bool_]]

    def draws(self, class_code: str) -> dict[str, Floats]:
        """By parameter name, the values `(n,)` that a class finds in each coalition.

        In the parameter's own unit and under the VAT state of the value in `case`, as the draws of
        `annual_cost`: where a coalition's own state is the other one, VAT is put in or taken out.
        """
        values = {}
        for name in sorted({address.split(".")[1] for address in self.taken}):
            file = owner(self.case.reference, class_code, name)
            if file and self.pair.sources(file, name, class_code) & self.taken.keys():
                values[name] = self._value(file, name, class_code)
        return values

    def _value(self, file: str, name: str, class_code: str) -> Floats:
        mode, excluded = self._resolved(file, name, class_code)
        reference = self.case.reference
        value = reference.value_for(reference.files[file][name], class_code)
        own = value is not None and value.vat == "excluded"
        if np.all(excluded == own):
            return mode
        rate, _ = self._resolved("communs", "vat_rate", class_code)
        return np.asarray(mode * np.where(excluded, 1 + rate, 1.0) / (1 + rate if own else 1.0))

    def _resolved(self, file: str, name: str, class_code: str) -> tuple[Floats, NDArray[np.bool_]]:
        """Mode, and whether VAT is left out of it: from the widest scope to the class's own."""
        mode: Any = np.nan
        excluded: Any = False
        for scope in reversed(scopes(self.case.reference, class_code)):
            address = f"{file}.{name}.{scope}"
            if address not in self.taken:
                state = state_of(self.case.reference, address)
                mode, excluded = state or (mode, excluded)
                continue
            taken = self.taken[address]
            for state, here in zip(self.pair.states(address), (~taken, taken), strict=True):
                if state is not None:
                    mode = np.where(here, state.mode, mode)
                    excluded = np.where(here, state.excluded, excluded)
        return np.asarray(mode, dtype=float), np.asarray(excluded, dtype=bool)

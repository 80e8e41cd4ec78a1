r"""Where two scenarios differ, one atom each, and the scenarios that lie between them.

An atom is what two people may disagree on: one value of a parameter, the perimeter, a convention,
the activity, the fleet. `mix(a, b, chosen)` takes the chosen atoms from b and the rest from a: it
is the coalition of the atoms that have given way. Only what can move a principal estimate makes an
atom: the mode of a value and whether VAT comes on top of it, not its bounds, source or author.

A value that one side has not written for a class is the one that its modality, or `*`, gives it
*in the same mix*: the scope from which a side inherits may itself be another atom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from costing.analysis.bridge import difference_words as words
from costing.case.case import Case, make_case
from costing.fee.schedule import LIMITS
from costing.problems.errors import InputError, problem
from costing.reference.reference import Reference
from costing.scenario.scenario import Scenario
from costing.values.parameters import Value

Group = Literal["parameters", "perimeter", "conventions", "activity", "fleet"]

_CONVENTIONS = ("capital", "amortised_charge", "inpatients_count", "investment", "activity")


@dataclass(frozen=True)
class Atom:
    """One difference.

    key: the address of a value, or `perimeter`, `fleet`, `conventions.capital` and the like.
    addresses: of the values that change together; several only where the thresholds of the fee
    would cross if they did not.
    """

    key: str
    group: Group
    label: str
    addresses: tuple[str, ...] = ()

    @property
    def read_as(self) -> frozenset[str]:
        """What a result must read for the atom to move it: any of these."""
        return frozenset(self.addresses or (self.key,))


class State(NamedTuple):
    """What of a value moves a result: its mode, and whether VAT comes on top of it."""

    mode: float
    excluded: bool


@dataclass(frozen=True)
class Pair:
    """Two scenarios on the same reference data.

    Raises:
        InputError: the reference data differ.
    """

    a: Case
    b: Case

    def __post_init__(self) -> None:
        one, other = self.a.base.fingerprint, self.b.base.fingerprint
        if one != other:
            fault = problem("reference_differs", None, one[:12], other=other[:12])
            raise InputError(fault)

    def states(self, address: str) -> tuple[State | None, State | None]:
        """What each side has at an address itself; None where it inherits."""
        return state_of(self.a.reference, address), state_of(self.b.reference, address)

    def sources(self, file: str, name: str, scope: str) -> set[str]:
        """Addresses where a class or modality may find its value, in one mix or another."""
        addresses = set()
        for place in scopes(self.a.base, scope):
            address = f"{file}.{name}.{place}"
            states = self.states(address)
            if any(states):
                addresses.add(address)
            if all(states):
                break
        return addresses

    def options(self, file: str, name: str, scope: str) -> set[State]:
        """What that value may be, in one mix or another: every one is reached by some mix."""
        states = [self.states(address) for address in self.sources(file, name, scope)]
        return {state for sides in states for state in sides if state}

    def case(self, chosen: Iterable[Atom]) -> Case:
        """The mixed scenario on the reference data."""
        return make_case(self.a.base, mix(self.a, self.b, chosen))

    def case_with_fleet(self, chosen: Sequence[Atom]) -> Case:
        """The same, its fleet that of a or b as already read."""
        case = self.case(chosen)
        side = self.b if any(atom.key == "fleet" for atom in chosen) else self.a
        return replace(case, fleets=replace(case.fleets, already_read=side.fleet))


def scopes(reference: Reference, scope: str) -> tuple[str, ...]:
    """Where a class, a modality or `*` looks for a value, in order (`Reference.value_for`)."""
    if scope in reference.class_labels:
        model = reference.model_of(scope)
        if model.modality not in model.classes:
            return (scope, model.modality, "*")
    return tuple(dict.fromkeys((scope, "*")))


def state_of(reference: Reference, address: str) -> State | None:
    """What the reference data have at an address itself."""
    _, value = reference.parameter_at(address)
    return State(value.mode, value.vat == "excluded") if value else None


def differences(a: Case, b: Case) -> tuple[Atom, ...]:
    """The atoms in which two cases differ, values first, in the order of their addresses.

    Raises:
        InputError: the reference data differ; a fleet cannot be read.
    """
    pair = Pair(a, b)
    return (*_values(pair), *_perimeter(pair), *_conventions(pair), *_fleet(pair))


def mix(a: Case, b: Case, chosen: Iterable[Atom]) -> Scenario:
    """The scenario of a with the chosen atoms as b has them.

    Its parts are those of valid scenarios and its values do not depend on each other, thresholds
    apart, which change together: it is valid. What is said to be unavailable counts for nothing in
    a result, and may contradict the values of a mix: it is left out.
    """
    overrides = {override.parameter: override for override in a.scenario.overrides}
    b_overrides = {override.parameter: override for override in b.scenario.overrides}
    changes: dict[str, Any] = {"unavailable": ()}
    conventions: dict[str, Any] = {}
    for atom in chosen:
        for address in atom.addresses:
            overrides.pop(address, None)
            if address in b_overrides:
                overrides[address] = b_overrides[address]
        head, _, field = atom.key.partition(".")
        if head == "conventions":
            conventions[field] = getattr(b.scenario.conventions, field)
        elif not atom.addresses:
            changes[head] = getattr(b.scenario, head)
    changes["overrides"] = tuple(overrides[address] for address in sorted(overrides))
    changes["conventions"] = a.scenario.conventions.model_copy(update=conventions)
    return a.scenario.model_copy(update=changes)


def _values(pair: Pair) -> list[Atom]:
    """One atom for each overridden value that is not the same in every mix."""
    overrides = (*pair.a.scenario.overrides, *pair.b.scenario.overrides)
    addresses = sorted({override.parameter for override in overrides})
    atoms = [
        Atom(address, "parameters", _value_label(pair, address), (address,))
        for address in addresses
        if len(set(pair.states(address))) > 1 and len(pair.options(*address.split("."))) > 1
    ]
    return _limits_together(pair, atoms)


def _limits_together(pair: Pair, atoms: list[Atom]) -> list[Atom]:
    """Limits of the fee's bands as one atom, where some mix of them would be out of order."""
    if not any(_cross(pair, code) for code in pair.a.base.classes):
        return atoms
    limits = [a for a in atoms if a.key.split(".")[0] == "machine_classes" and _is_limit(a.key)]
    joint = Atom(
        key="+".join(atom.key for atom in limits),
        group="parameters",
        label=" ; ".join(atom.label for atom in limits),
        addresses=tuple(atom.key for atom in limits),
    )
    return [*(atom for atom in atoms if atom not in limits), joint]


def _is_limit(address: str) -> bool:
    return address.split(".")[1] in LIMITS


def _cross(pair: Pair, class_code: str) -> bool:
    """Whether a mix could put a limit of a class above the next one."""
    modes = [
        [state.mode for state in pair.options("machine_classes", name, class_code)]
        for name in LIMITS
    ]
    return any(max(low) >= min(high) for low, high in pairwise(filter(None, modes)))


def _perimeter(pair: Pair) -> list[Atom]:
    one, other = (case.reference.perimeter(case.scenario.perimeter) for case in (pair.a, pair.b))
    if set(one.postes) == set(other.postes):
        return []
    label = words.change("Périmètre", one.label.fr, other.label.fr)
    return [Atom("perimeter", "perimeter", label)]


def _conventions(pair: Pair) -> list[Atom]:
    atoms = []
    for field in _CONVENTIONS:
        one, other = (getattr(case.scenario.conventions, field) for case in (pair.a, pair.b))
        if one != other:
            label = words.convention_change(field, one, other)
            group: Group = "activity" if field == "activity" else "conventions"
            atoms.append(Atom(f"conventions.{field}", group, label))
    return atoms


def _fleet(pair: Pair) -> list[Atom]:
    if pair.a.scenario.fleet is None and pair.b.scenario.fleet is None:
        return []
    one, other = pair.a.fleet, pair.b.fleet
    if one.year == other.year and one.frame.equals(other.frame):
        return []
    label = words.change("Parc", *(words.fleet_text(fleet) for fleet in (one, other)))
    return [Atom("fleet", "fleet", label)]


def _value_label(pair: Pair, address: str) -> str:
    file, name, scope = address.split(".")
    parameter = pair.a.base.files[file][name]
    sides = [_value_at(case.reference, file, name, scope) for case in (pair.a, pair.b)]
    return words.value_change(pair.a.base, address, parameter.unit, *sides)


def _value_at(reference: Reference, file: str, name: str, scope: str) -> Value:
    """The value that holds at a scope, its own or inherited."""
    value = reference.files[file][name].find(*scopes(reference, scope))
    assert value is not None  # an override is refused where nothing can be inherited
    return value

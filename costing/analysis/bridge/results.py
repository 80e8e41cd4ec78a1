r"""The results that a bridge can explain, each as a game over the differences.

A result says what it reads (addresses of values, conventions…) from the structure of the models,
never by trial: a difference that it does not read is no player. Players that are numbers are
evaluated as arrays over the coalitions; the few others settle a case each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.comparison import DEFINITIONS
from costing.analysis.bridge.differences import Atom, Pair
from costing.analysis.bridge.mixture import Mixture, owner
from costing.analysis.bridge.shapley import Coalitions, Game
from costing.analysis.draws.accounts import Accounts
from costing.analysis.draws.class_account import account, scale_name
from costing.analysis.draws.cohort import Cohort, cohort
from costing.case.case import Case
from costing.case.costs import annual_cost
from costing.fee.schedule import AMORTISATION, LIMITS, MOST_ACTS
from costing.problems.errors import InputError, problem, suggest
from costing.reference.model import BOUND
from costing.values.catalogue import Population

Floats = NDArray[np.float64]

#: Coalitions evaluated together: about twenty arrays of this size stay in a core's cache.
CHUNK = 16_384
#: Names that formulas see → the convention that gives them.
_BY_CONVENTION = {
    "capital_method": "conventions.capital",
    "charge_amortised": "conventions.amortised_charge",
}


class Term(NamedTuple):
    """A game over some of the players, given by their indices."""

    columns: list[int]
    game: Game


class Result(Protocol):
    """A number that two scenarios give differently.

    decimals: those of its last figure: cents of a euro, hundredths of a point of a fraction.
    """

    decimals: ClassVar[int]

    def reads(self, pair: Pair) -> set[str]:
        """Keys and addresses of all that may move it."""

    def terms(self, pair: Pair, players: Sequence[Atom]) -> list[Term]:
        """The games whose sum is its value in every mix of the players."""


@dataclass(frozen=True)
class CostPerAct:
    """Cost of an act, EUR, of one machine of a class with so many yearly acts.

    Raises:
        InputError: acts that are not a number of acts, or an unknown state of the machine.
    """

    class_code: str
    acts: float
    amortisation: str = AMORTISATION[0]
    decimals: ClassVar[int] = 2

    def __post_init__(self) -> None:
        if not 0 < self.acts <= MOST_ACTS:
            raise InputError(problem("acts_range", None, self.acts, most=f"{MOST_ACTS:g}"))
        _check_choice(self.amortisation, AMORTISATION)

    def reads(self, pair: Pair) -> set[str]:
        """What the lines of either perimeter rest on."""
        return cost_reads(pair, self.class_code, lines_of(pair, self.class_code))

    def terms(self, pair: Pair, players: Sequence[Atom]) -> list[Term]:
        """One game."""

        def value(_settled: Sequence[Atom], mixture: Mixture) -> Floats:
            amortised = float(self.amortisation == AMORTISATION[1])
            draws = mixture.draws(self.class_code)
            cost = annual_cost(mixture.case, self.class_code, self.acts, amortised, draws)
            return cost.total() / self.acts

        return by_settled(pair, players, lambda atom: not atom.addresses, pair.case, value)


@dataclass(frozen=True)
class Overvaluation:
    """Overvaluation of the fee of some machines, a fraction, by euro.

    definition: one of `comparison.DEFINITIONS`. date: of the tariff, held for a whole year.

    Raises:
        InputError: unknown definition.
    """

    definition: str
    population: Population
    date: dt.date
    decimals: ClassVar[int] = 4

    def __post_init__(self) -> None:
        _check_choice(self.definition, DEFINITIONS)

    def reads(self, pair: Pair) -> set[str]:
        """What the costs and the fees of the machines rest on."""
        reads = {"conventions.inpatients_count", "conventions.activity", "fleet"}
        names = {*LIMITS, "amortisation_years"}
        activities = {case.scenario.conventions.activity for case in (pair.a, pair.b)}
        names |= {scale_name(activity) for activity in activities if activity != "observed"}
        if self.definition == "investment":
            reads.add("conventions.investment")
        for code in self._classes(pair):
            reads |= cost_reads(pair, code, self._lines(pair, code))
            reads |= pair.sources("communs", "inpatient_cost_weight", code)
            for name in names:
                reads |= pair.sources("machine_classes", name, code)
        return reads

    def _classes(self, pair: Pair) -> Iterator[str]:
        """Classes of the machines of either fleet that the population may hold."""
        classes, modalities = self.population.machine_class, self.population.modality
        for code in present(pair):
            modality = pair.a.base.classes[code].modality
            if code in (classes or (code,)) and modality in (modalities or (modality,)):
                yield code

    def _lines(self, pair: Pair, class_code: str) -> dict[str, str]:
        """The lines that the definition looks at; their postes where the perimeter chooses."""
        if self.definition != "investment":
            return lines_of(pair, class_code)
        lines: dict[str, str] = {}
        readings = {case.scenario.conventions.investment for case in (pair.a, pair.b)}
        if "rate_gap" in readings:
            model = pair.a.base.model_of(class_code)
            stops = (step.name for step in model.lines if "amortised" in model.uses(step.name))
            lines |= dict.fromkeys(stops, "")
        if "after_running_costs" in readings:
            lines |= lines_of(pair, class_code)
        return lines

    def terms(self, pair: Pair, players: Sequence[Atom]) -> list[Term]:
        """One game; the machines are gathered once for each fleet and activity."""
        gathered: dict[frozenset[str], Cohort] = {}

        def machines_of(case: Case, settled: Sequence[Atom]) -> Cohort:
            keys = frozenset(atom.key for atom in settled if _moves_machines(atom))
            if keys not in gathered:
                activity = case.scenario.conventions.activity
                gathered[keys] = cohort(case, self.population, activity, self.date)
            return gathered[keys]

        def value(settled: Sequence[Atom], mixture: Mixture) -> Floats:
            case = mixture.case
            machines = machines_of(case, settled)
            parts = (
                account(case, machines.activity, part, mixture.draws(part.code))
                for part in machines.machines
            )
            postes = frozenset(case.reference.perimeter(case.scenario.perimeter).postes)
            definition = self.definition.removesuffix("_of_fee")
            return Accounts(case, tuple(parts)).overvaluation(definition, postes)

        def settles(atom: Atom) -> bool:
            return not atom.addresses or _moves_machines(atom)

        return by_settled(pair, players, settles, pair.case_with_fleet, value)


def _moves_machines(atom: Atom) -> bool:
    """Whether an atom changes which machines there are, their state, or where acts come from."""
    return atom.key in {"fleet", "conventions.activity"} or ".amortisation_years." in atom.key


def _check_choice(value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        facts = {"near": suggest(value, choices), "known": ", ".join(choices)}
        raise InputError(problem("unknown_choice", None, value, **facts))


def present(pair: Pair) -> tuple[str, ...]:
    """Classes of the machines of either fleet, in the order of the official tables."""
    codes = {*pair.a.fleet.frame["class"], *pair.b.fleet.frame["class"]}
    return tuple(code for code in pair.a.base.classes if code in codes)


def lines_of(pair: Pair, class_code: str) -> dict[str, str]:
    """Cost lines of a class that are in either perimeter, with their postes."""
    postes = frozenset[str]().union(*_perimeters(pair))
    lines = pair.a.base.model_of(class_code).lines
    return {step.name: step.poste for step in lines if step.poste in postes and step.poste}


def _perimeters(pair: Pair) -> tuple[frozenset[str], frozenset[str]]:
    one, other = (
        frozenset(case.reference.perimeter(case.scenario.perimeter).postes)
        for case in (pair.a, pair.b)
    )
    return one, other


def cost_reads(pair: Pair, class_code: str, lines: Mapping[str, str]) -> set[str]:
    """Keys and addresses on which some cost lines of a class rest, by name with their poste."""
    reference = pair.a.base
    model = reference.model_of(class_code)
    names = frozenset[str]().union(*(model.uses(line) for line in lines))
    reads = {key for name, key in _BY_CONVENTION.items() if name in names}
    one, other = _perimeters(pair)
    if (one ^ other) & set(lines.values()):
        reads.add("perimeter")
    excluded = False
    for name in names - BOUND.keys():
        file = owner(reference, class_code, name) or ""
        reads |= pair.sources(file, name, class_code)
        excluded |= any(state.excluded for state in pair.options(file, name, class_code))
    return reads | (pair.sources("communs", "vat_rate", class_code) if excluded else set())


def by_settled(
    pair: Pair,
    players: Sequence[Atom],
    settles: Callable[[Atom], bool],
    make: Callable[[Sequence[Atom]], Case],
    value: Callable[[Sequence[Atom], Mixture], Floats],
) -> list[Term]:
    """One game, whose settled players choose a case each, the others being arrays in it.

    `value` gives the result `(n,)` of a case over the coalitions of the other players.
    """
    settled = [i for i, atom in enumerate(players) if settles(atom)]
    numbers = [i for i in range(len(players)) if i not in settled]

    def game(coalitions: Coalitions) -> Floats:
        result = np.empty(len(coalitions))
        for row, where in distinct(coalitions[:, settled]):
            chosen = [players[settled[i]] for i in np.flatnonzero(row)]
            case = make(chosen)
            for part in np.split(where, range(CHUNK, len(where), CHUNK)):
                taken = {a: coalitions[part, i] for i in numbers for a in players[i].addresses}
                result[part] = value(chosen, Mixture(pair, case, taken))
        return result

    return [Term(list(range(len(players))), game)]


def distinct(coalitions: Coalitions) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.intp]]]:
    """The different rows of `(n, k)`, each with the indices where it stands."""
    if not coalitions.shape[1]:
        yield coalitions[0], np.arange(len(coalitions))
        return
    rows, which = np.unique(coalitions, axis=0, return_inverse=True)
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which.reshape(-1)))[:-1]
    yield from zip(rows, np.split(order, ends), strict=True)


def readers(players: Sequence[Atom], reads: Iterable[str]) -> list[int]:
    """Indices of the players that some reads meet."""
    keys = frozenset(reads)
    return [i for i, atom in enumerate(players) if atom.read_as & keys]

r"""The cost of machines: a model evaluated for a class, line by line and poste by poste.

$C(N) = \sum_{l \in P} c_l(N)$, EUR/year, with $N$ the acts of a year, billed or not, $P$ the lines
of the perimeter's postes and $c_l$ the yearly cost of line $l$: $c_l = g_l$ where its formula $g_l$
is per year (EUR/year), $c_l = N g_l$ where it is per act (EUR/act). A perimeter chooses postes; it
never changes what a poste costs.

Source: the formulas, with the sources of their values, are in `models/`, a file a modality; the
postes are those of the official, open-ended list of what the fee pays (`models/perimeters.yaml`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from costing.case.case import Case
from costing.reference.model import Step

if TYPE_CHECKING:
    from costing.fleet.fleet import Fleet

Floats = NDArray[np.float64]

INVESTMENT = "investment_only"
#: A machine cannot be open longer than this, whatever the acts asked of it.
HOURS_A_YEAR = 8_760


@dataclass(frozen=True)
class CostBreakdown:
    """Yearly cost of each line, EUR/year, over whatever shape the inputs broadcast to.

    derived: the model's derived quantities, such as `open_hours` (h/year), in their own unit.
    """

    lines: dict[str, Floats]
    derived: dict[str, Floats]
    steps: dict[str, Step]
    acts: Floats
    in_perimeter: frozenset[str]
    case: Case
    class_code: str

    @cached_property
    def grades(self) -> dict[str, str]:
        """Worst grade among the parameters on which each line rests."""
        return {name: _grade(self.case, self.class_code, name) for name in self.lines}

    def total(self, postes: frozenset[str] | None = None) -> Floats:
        r"""Yearly cost of the given postes, by default those of the scenario's perimeter.

        $C = \sum_l c_l$ over the lines $l$ of these postes: EUR/year, of the shape of `acts`. A
        poste without a line adds nothing.
        """
        chosen = self.in_perimeter if postes is None else postes
        return np.asarray(
            sum(
                (amount for name, amount in self.lines.items() if self.steps[name].poste in chosen),
                start=np.zeros_like(self.acts),
            )
        )

    def stops_at_amortisation(self) -> Floats:
        r"""Yearly cost of the lines that depend on whether the machine is amortised.

        $\sum_l c_l$ over the lines $l$ whose formula uses `amortised`, directly or through others,
        in the perimeter or not: EUR/year, of the shape of `acts`. Why they stop:
        docs/decisions/004.

        Raises:
            InputError: no model costs the class.
        """
        model = self.case.reference.model_of(self.class_code)
        return np.asarray(
            sum(
                (v for name, v in self.lines.items() if "amortised" in model.uses(name)),
                start=np.zeros_like(self.acts),
            )
        )

    def by_poste(self) -> dict[str, Floats]:
        r"""Yearly cost of each poste of the perimeter.

        $C_p = \sum_{l \in p} c_l$, EUR/year, by code, of the shape of `acts`; a poste without a
        line is left out.
        """
        totals: dict[str, Floats] = {}
        for name, amount in self.lines.items():
            poste = self.steps[name].poste or ""
            if poste in self.in_perimeter:
                totals[poste] = totals.get(poste, 0) + amount
        return totals


def annual_cost(
    case: Case,
    class_code: str,
    acts: Any,
    amortised: Any = 0.0,
    draws: Mapping[str, Any] | None = None,
) -> CostBreakdown:
    """Yearly cost of machines of one class.

    $c_l = g_l$ (EUR/year) for a line per year, $c_l = N g_l$ for one per act ($g_l$ in EUR/act),
    with $g_l$ the line's formula in the class's model and $N$ the `acts`.

    `acts` (acts a year) and `amortised` (0 or 1) are scalars or arrays that broadcast together and
    with `draws` (arrays by parameter name, in the parameter's unit, say `(d, 1)` beside machines
    `(m,)`); each line has the shape that they make together.

    Raises:
        InputError: unknown class, a parameter without a value for it, or an unknown perimeter.
        FormulaError: a line is not finite, or negative.
    """
    model = case.reference.model_of(class_code)
    acts = np.asarray(acts, dtype=float)
    values = case.bindings(class_code, acts, np.asarray(amortised, dtype=float), draws)
    results = model.evaluate(values)
    shape = np.broadcast_shapes(*(np.shape(result) for result in results.values()), acts.shape)
    lines = {
        step.name: np.broadcast_to(
            results[step.name] * acts if step.per == "act" else results[step.name], shape
        )
        for step in model.lines
    }
    return CostBreakdown(
        lines=lines,
        derived={step.name: results[step.name] for step in model.steps if step.poste is None},
        steps={step.name: step for step in model.lines},
        acts=np.broadcast_to(acts, shape),
        in_perimeter=frozenset(case.reference.perimeter(case.scenario.perimeter).postes),
        case=case,
        class_code=class_code,
    )


def fleet_cost(case: Case, fleet: Fleet, year: int) -> Floats:
    """Yearly cost of each machine of a fleet in its state of a year, EUR, shape `(m,)`.

    $C_m = C_{k(m)}(N_m, a_m)$ with $k$ its class, $N_m$ all its acts of a year, billed or not, and
    $a_m$ whether it is amortised that year. Of one machine, whatever the weight of its row.

    Raises:
        InputError, FormulaError: as `annual_cost`.
    """
    (total,) = fleet_costs(case, fleet, year, CostBreakdown.total)
    return total


def fleet_costs(
    case: Case, fleet: Fleet, year: int, *counted: Callable[[CostBreakdown], Floats]
) -> tuple[Floats, ...]:
    r"""Several sums of each machine's cost in its state of a year, EUR, each of shape `(m,)`.

    Each class is evaluated once; `counted` says what each sum counts of the breakdown: for machine
    $m$, $\sum_{l \in S} c_l(N_m, a_m)$ over the lines $S$ that it counts.

    Raises:
        InputError, FormulaError: as `annual_cost`.
    """
    sums = tuple(np.zeros(len(fleet.frame)) for _ in counted)
    amortised = fleet.amortised(year, case.amortisation_years)
    acts = (fleet.frame["acts_billed"] + fleet.frame["acts_inpatient"]).to_numpy(dtype=float)
    codes = fleet.frame["class"].to_numpy()
    for class_code in dict.fromkeys(codes):
        rows = codes == class_code
        breakdown = annual_cost(case, str(class_code), acts[rows], amortised[rows])
        for amounts, count in zip(sums, counted, strict=True):
            amounts[rows] = count(breakdown)
    return sums


def share_grade_d(case: Case, class_code: str, acts: float, amortised: float) -> float:
    r"""Share of what moves the cost that is of grade D: $\sum_{p \in D} |e_p| / \sum_p |e_p|$.

    $e_p$ is the elasticity of the yearly cost to parameter $p$, $(p / C)\,\partial C/\partial p$,
    without unit; $D$ the parameters whose value is of grade D. A share from 0 to 1, for one machine
    of `acts` acts a year, `amortised` 0 or 1; 0 where nothing moves the cost. The grades are those
    of `models/`; the share is a convention of this program.

    By differences: the exact derivatives stand above (`costing.analysis.draws.elasticities`).

    Raises:
        InputError, FormulaError: as `annual_cost`.
    """
    values = case.reference.values_of(class_code)
    weak = every = 0.0
    for name, elasticity in elasticities_by_differences(case, class_code, acts, amortised).items():
        value = values.get(name) or case.reference.value_of("communs", name, class_code)
        every += abs(elasticity)
        weak += abs(elasticity) if value.grade == "D" else 0.0
    return weak / every if every else 0.0


def elasticities_by_differences(
    case: Case, class_code: str, acts: float, amortised: float
) -> dict[str, float]:
    r"""Elasticities by central differences of 0.01 %, all parameters in one evaluation.

    $e_p = \frac{C(p (1 + h)) - C(p (1 - h))}{C(p (1 + h)) + C(p (1 - h))} \cdot \frac{1}{h}$ with
    $h = 10^{-4}$, exact to the order of $h^2$ (any textbook of numerical analysis); no unit.
    Parameters `(2p, p)` in the evaluation; those that are 0, or move nothing, are left out.
    """
    values = case.reference.values_of(class_code)
    modes = {name: value.mode for name, value in values.items() if value.mode}
    if any(value.vat == "excluded" for value in values.values()):
        modes["vat_rate"] = case.vat_rate(class_code)
    step = 1e-4
    size = len(modes)
    factors = np.ones((2 * size, size))
    factors[np.arange(size), np.arange(size)] += step
    factors[size + np.arange(size), np.arange(size)] -= step
    draws = {name: mode * factors[:, i] for i, (name, mode) in enumerate(modes.items())}
    total = np.broadcast_to(annual_cost(case, class_code, acts, amortised, draws).total(), 2 * size)
    with np.errstate(invalid="ignore"):  # a cost of nothing, which nothing moves
        slopes = (total[:size] - total[size:]) / (total[:size] + total[size:]) / step
    return {name: float(e) for name, e in zip(modes, slopes, strict=True) if abs(e) > 1e-9}


def _grade(case: Case, class_code: str, line: str) -> str:
    """Worst grade among the parameters on which a line rests."""
    values = case.reference.values_of(class_code)
    inputs = case.reference.model_of(class_code).inputs_of(line)
    return max((values[name].grade for name in inputs if name in values), default="A")

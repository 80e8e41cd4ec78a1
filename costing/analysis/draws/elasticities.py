r"""What moves a cost: exact derivatives of the models' formulas.

Each formula is differentiated by SymPy in the names that it holds; the derivatives are chained
through the model's steps in their order (forward accumulation), from what the operator pays: with
$V$ the VAT rate, a price $p$ without VAT counts for $p (1 + V)$, hence $1 + V$ to $p$ and $p$ to
$V$. The elasticity $e_p = (p / C)\, \partial C / \partial p$ is the % of the cost per % of the
parameter. At the kink of a `min` or `max`, the derivative is the mean of both sides.

SymPy is imported on first use, and each formula differentiated once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from costing.analysis.draws.class_account import scale_name
from costing.case.case import Case
from costing.language.formula import Formula
from costing.language.printers import to_sympy
from costing.language.units import CONSTANTS
from costing.problems.errors import FormulaError, problem
from costing.reference.model import BOUND, Step

if TYPE_CHECKING:
    from costing.analysis.draws.cohort import Cohort

Floats = NDArray[np.float64]
#: Derivatives by name; `acts` among them.
Slopes = dict[str, Any]

#: An elasticity smaller than this is none: the rounding of a parameter that does not count.
NEGLIGIBLE = 1e-9


def derivatives(
    case: Case, class_code: str, acts: Any, amortised: Any, postes: frozenset[str] | None = None
) -> tuple[Floats, dict[str, Floats]]:
    """Yearly cost (EUR) of machines of one class, and its derivative to each parameter, by name.

    All at the modes. `acts` and `amortised` are scalars or arrays `(m,)`, and so are the results;
    derivatives are in EUR/year over the parameter's unit, and the one called `acts` is the cost of
    one act more. `postes` are those of the scenario's perimeter unless given.

    Raises:
        InputError: unknown class, or a parameter without a value for it.
        FormulaError: a line or its derivative is not finite.
    """
    model = case.reference.model_of(class_code)
    if postes is None:
        postes = frozenset(case.reference.perimeter(case.scenario.perimeter).postes)
    acts = np.asarray(acts, dtype=float)
    known = case.bindings(class_code, acts, np.asarray(amortised, dtype=float))
    known |= {name: value for name, (value, _) in CONSTANTS.items()}
    slopes = _paid(case, class_code)
    known |= model.evaluate(known)
    cost, total = np.zeros(()), dict[str, Any]()
    for step in model.steps:
        slopes[step.name] = _chained(step, known, slopes)
        if step.poste in postes:
            times = acts if step.per == "act" else 1.0
            cost = cost + known[step.name] * times
            for name, slope in slopes[step.name].items():
                total[name] = total.get(name, 0.0) + slope * times
            if step.per == "act":
                total["acts"] = total.get("acts", 0.0) + known[step.name]
    shape = np.broadcast_shapes(acts.shape, np.shape(amortised), cost.shape)
    return np.broadcast_to(cost, shape), {n: np.broadcast_to(s, shape) for n, s in total.items()}


def elasticities(
    case: Case, class_code: str, acts: Any, amortised: Any, postes: frozenset[str] | None = None
) -> dict[str, float]:
    """Elasticity of the cost of machines of one class, summed, to each parameter by name.

    Arguments and errors are those of `derivatives`. A parameter at zero, or that does not count,
    has none.
    """
    cost, slopes = derivatives(case, class_code, acts, amortised, postes)
    total = float(cost.sum())
    modes = _modes(case, class_code)
    return _relative({n: float(slopes[n].sum()) * modes[n] for n in modes if n in slopes}, total)


def cohort_elasticities(machines: Cohort, postes: frozenset[str]) -> dict[str, float]:
    r"""Elasticity of a cohort's cost to each value, by address; a shared value counts for all.

    $C = \sum_m w_m s_m C(N_m)$ as in `costing.analysis.draws.cohort`; where a scale gives the acts,
    $N_m$ moves with it, and the share borne by billed acts moves with the weight $\omega$ of an
    in-patient's as $\omega\, \partial s / \partial \omega = -s (1 - s)$.
    """
    total, pulls = 0.0, dict[str, float]()
    for part in machines.accounts().classes:
        own = part.machines
        cost, slopes = derivatives(
            machines.case, own.code, own.acts * part.scale, own.amortised, postes
        )
        share = part.share(part.omega)[:, 0]
        total += float(own.weight * share @ cost)
        addresses = machines.addresses[own.code]
        modes = _modes(machines.case, own.code)
        pull = {n: float(own.weight * share @ slopes[n]) * m for n, m in modes.items()
                if n in slopes}  # fmt: skip
        pull["inpatient_cost_weight"] = -float(own.weight * share * (1 - share) @ cost)
        if machines.activity != "observed":
            name = scale_name(machines.activity)
            moved = float(own.weight * share * own.acts * part.scale @ slopes["acts"])
            pull[name] = pull.get(name, 0.0) + moved
        for name, address in addresses.items():
            pulls[address] = pulls.get(address, 0.0) + pull.get(name, 0.0)
    return _relative(pulls, total)


def _relative(pulls: dict[str, float], total: float) -> dict[str, float]:
    """Elasticities, from what 100 % more of each would add (EUR/year) and the cost."""
    return {name: pull / total for name, pull in pulls.items() if abs(pull) > NEGLIGIBLE * total}


def _modes(case: Case, class_code: str) -> dict[str, float]:
    """Modes of the parameters that a class has, its VAT rate among them."""
    values = case.reference.values_of(class_code)
    modes = {name: value.mode for name, value in values.items()}
    if any(value.vat == "excluded" for value in values.values()):
        modes["vat_rate"] = case.vat_rate(class_code)
    return modes


def _paid(case: Case, class_code: str) -> dict[str, Slopes]:
    """Derivatives of what formulas see of each parameter: what the operator pays of a price."""
    slopes: dict[str, Slopes] = {"acts": {"acts": 1.0}}
    for name, value in case.reference.values_of(class_code).items():
        if value.vat == "excluded":
            slopes[name] = {name: 1 + case.vat_rate(class_code), "vat_rate": value.mode}
        else:
            slopes[name] = {name: 1.0}
    return slopes


def _chained(step: Step, known: Mapping[str, Any], slopes: Mapping[str, Slopes]) -> Slopes:
    """Derivatives of a step to the parameters, from its own and those of what it uses."""
    result: Slopes = {}
    for name, partial in gradient(step.formula)(known).items():
        if not np.all(np.isfinite(partial)):
            facts = {"formula": step.formula.text, "name": name}
            raise FormulaError(problem("slope_undefined", step.formula.place, step.name, **facts))
        for source, slope in slopes[name].items():
            result[source] = result.get(source, 0.0) + partial * slope
    return result


@cache
def gradient(formula: Formula) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """A function that gives the derivatives of a formula to its names, from values by name.

    Of the names that the engine binds, `acts` alone has one.
    """
    import sympy  # noqa: PLC0415 - slow to import

    # Real, not positive: a quantity below zero must not be simplified out of a `max`.
    symbols = {name: sympy.Symbol(name, real=True) for name in sorted(formula.names)}
    moving = [n for n in symbols if n == "acts" or n not in {*BOUND, *CONSTANTS}]
    tree = to_sympy(formula, symbols)
    slopes = [tree.diff(symbols[name]) for name in moving]
    compute = sympy.lambdify(list(symbols.values()), slopes, "numpy")

    def at(values: Mapping[str, Any]) -> dict[str, Any]:
        with np.errstate(all="ignore"):  # branches that are not taken
            found = compute(*(np.asarray(values[name], dtype=float) for name in symbols))
        return dict(zip(moving, found, strict=True))

    return at

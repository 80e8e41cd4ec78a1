r"""What moves a cost: exact derivatives of the models' formulas.

Each formula is differentiated in the names that it holds (`costing.language.derivatives`); the
derivatives are chained through the model's steps from the last to the first (reverse accumulation:
one pass, however many parameters), down to what the operator pays: with $V$ the VAT rate, a price
$p$ without VAT counts for $p (1 + V)$, hence $1 + V$ to $p$ and $p$ to $V$. The elasticity $e_p =
(p / C)\, \partial C / \partial p$ is the % of the cost per % of the parameter. At the kink of a
`min` or `max`, the derivative is the mean of both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from costing.analysis.draws.class_account import scale_name
from costing.case.case import Case
from costing.language.derivatives import derivative, pulls_of
from costing.language.units import CONSTANTS
from costing.problems.errors import FormulaError, problem
from costing.reference.model import BOUND, CostModel

if TYPE_CHECKING:
    from costing.analysis.draws.cohort import Cohort

Floats = NDArray[np.float64]

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
    values = case.bindings(class_code, acts, np.asarray(amortised, dtype=float))
    values |= model.evaluate(values)
    chosen = [step for step in model.lines if step.poste in postes]
    slopes = pulled(model, values, {s.name: acts if s.per == "act" else 1.0 for s in chosen})
    cost = np.zeros(())
    for step in chosen:
        cost = cost + values[step.name] * (acts if step.per == "act" else 1.0)
        if step.per == "act":
            slopes["acts"] = slopes.get("acts", 0.0) + values[step.name]
    slopes = paid(slopes, excluded(case, class_code), case.vat_rate(class_code))
    shape = np.broadcast_shapes(acts.shape, np.shape(amortised), cost.shape)
    return np.broadcast_to(cost, shape), {n: np.broadcast_to(s, shape) for n, s in slopes.items()}


def pulled(model: CostModel, values: Mapping[str, Any], seeds: Mapping[str, Any]) -> dict[str, Any]:
    """Derivatives of a weighted sum of steps to what formulas see, by name, `acts` among them.

    values: what `CostModel.evaluate` was given and gave. seeds: weight of each step that counts.
    Shapes broadcast.

    Raises:
        FormulaError: a derivative is not finite.
    """
    values = {**values, **{name: value for name, (value, _) in CONSTANTS.items()}}
    values = {name: np.asarray(value, dtype=float)[()] for name, value in values.items()}
    # Of the names that the engine binds, `acts` alone moves.
    moving = values.keys() - ({*BOUND, *CONSTANTS} - {"acts"})
    pulls = pulls_of(model.chain, frozenset(seeds), frozenset(moving))(values, seeds)
    if not all(np.isfinite(pull).all() for pull in pulls.values()):
        for step in model.steps:
            for name in sorted(step.formula.names & moving):
                if not np.isfinite(derivative(step.formula, name)(values)).all():
                    place, facts = step.formula.place, {"formula": step.formula.text, "name": name}
                    raise FormulaError(problem("slope_undefined", place, step.name, **facts))
    return pulls


def paid(pulls: Mapping[str, Any], prices: Mapping[str, Any], vat_rate: Any) -> dict[str, Any]:
    """Derivatives to the parameters, from those to what formulas see: what the operator pays.

    prices: those that leave VAT out, by name.
    """
    slopes = dict(pulls)
    for name, price in prices.items():
        if name in pulls:
            slopes[name] = pulls[name] * (1 + vat_rate)
            slopes["vat_rate"] = slopes.get("vat_rate", 0.0) + pulls[name] * price
    return slopes


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
    if excluded(case, class_code):
        modes["vat_rate"] = case.vat_rate(class_code)
    return modes


def excluded(case: Case, class_code: str) -> dict[str, float]:
    """Modes of the prices of a class that leave VAT out."""
    values = case.reference.values_of(class_code)
    return {name: value.mode for name, value in values.items() if value.vat == "excluded"}

r"""What we do not know: the uncertain inputs of a result, their joint draws, and their convergence.

**Uncertainty** is what we do not know of a value (a price, a post, a rate): it is drawn, once for
all the machines that share the value. **Variation** is what makes machines differ: it is in the
fleet, and is never drawn here.

Draw 0 is the principal estimate, every input at its mode; draws 1 to n are random. Draws come in
blocks, each from its own generator, seeded by the scenario's seed and the block's number: however
many workers share the blocks, they are the same. `plain` draws are independent, and seeded by the
input's address too: they do not depend on what else is drawn. In `sobol`, each block is a scrambled
Sobol sequence (Owen, 1997) of its own over all the inputs, so that the spread between blocks
measures the error.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from costing.analysis.uncertainty.correlation import completed, components, score_matrix
from costing.analysis.uncertainty.distributions import Law
from costing.case.case import Case
from costing.case.costs import annual_cost
from costing.case.labels import address_name
from costing.fleet.fleet import Fleet
from costing.problems.errors import InputError, problem
from costing.reference.reference import Reference
from costing.run.progress import Progress, silent
from costing.values.parameters import Parameter, Value

Floats = NDArray[np.float64]
Values = Mapping[str, Floats]
Method = Literal["plain", "sobol"]

#: Draws evaluated together: about twenty arrays of this size stay in a core's cache. A Sobol block
#: is shorter, since the error is read from the differences between blocks.
BLOCK: dict[str, int] = {"plain": 16_384, "sobol": 1_024}
#: Fewer blocks than this say too little of how blocks differ; the error of plain draws, larger as a
#: rule, then stands in for that of Sobol's.
FEWEST = 16
MOST_DRAWS = 10_000_000
#: Cells (draws × machines) evaluated together.
CELLS = 500_000


def draws_at_once(width: int) -> int:
    """How many draws to evaluate together, each over so many machines."""
    return max(1, CELLS // max(1, width))


@dataclass(frozen=True)
class Input:
    """One uncertain value: its address (`irm.purchase_price.irm_1_5t`), parameter and law."""

    address: str
    parameter: Parameter
    value: Value

    @cached_property
    def law(self) -> Law:
        """Its distribution."""
        return Law.of(self.value, self.parameter.distribution, self.parameter.unit)

    def label(self, reference: Reference) -> str:
        """What it is, in French, with its class or file."""
        return address_name(reference, self.address)


@dataclass(frozen=True)
class Inputs:
    """The uncertain inputs of a result, and the correlation matrix `(k, k)` of their scores."""

    items: tuple[Input, ...]
    correlation: Floats

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """Addresses, in the order of `items`."""
        return tuple(item.address for item in self.items)

    @cached_property
    def modes(self) -> Floats:
        """The principal estimate, `(k,)`, each in its own unit."""
        return np.array([item.value.mode for item in self.items])

    @cached_property
    def groups(self) -> list[NDArray[np.intp]]:
        """Indices of the inputs that hang together by correlation."""
        return components(self.correlation)

    @property
    def independent(self) -> bool:
        """Whether no two inputs are correlated."""
        return all(len(group) == 1 for group in self.groups)

    def values(self, scores: Floats) -> dict[str, Floats]:
        """Values `(n,)` by address, from correlated scores `(k, n)`."""
        return {
            item.address: item.law.values(row) for item, row in zip(self.items, scores, strict=True)
        }

    def correlate(self, scores: Floats) -> Floats:
        """Independent scores `(k, n)` made correlated, in place."""
        for group, factor in self._factors:
            mixed = [
                sum(factor[i, j] * scores[group[j]] for j in range(i + 1))
                for i in range(len(group))
            ]  # term by term: the same sums on every machine, whatever its BLAS
            for index, row in zip(group, mixed, strict=True):
                scores[index] = row
        return scores

    @cached_property
    def _factors(self) -> list[tuple[NDArray[np.intp], Floats]]:
        """Cholesky factor of each group of correlated inputs."""
        several = [group for group in self.groups if len(group) > 1]
        return [
            (group, np.asarray(np.linalg.cholesky(self.correlation[np.ix_(group, group)]), float))
            for group in several
        ]

    def scores(self, block: int, size: int, seed: int, method: Method = "plain") -> Floats:
        """Correlated scores of one block, `(k, size)`."""
        result = np.empty((len(self.items), size))
        if method == "sobol" and self.items:
            from scipy.stats import qmc  # noqa: PLC0415 - slow to import

            generator = np.random.default_rng([seed, block])
            engine = qmc.Sobol(len(self.items), rng=generator)
            points = engine.random_base2(round(math.log2(size))).T
            result[:] = special.ndtri(np.clip(points, 1e-16, 1 - 1e-16))
        else:
            for row, address in zip(result, self.addresses, strict=True):
                stream = [seed, zlib.crc32(address.encode()), block]
                np.random.default_rng(stream).standard_normal(out=row)
        return self.correlate(result)


def address_of(case: Case, class_code: str, name: str) -> str | None:
    """Address of the value that a parameter has for a class; None when it has none."""
    reference = case.reference
    modality = reference.model_of(class_code).modality
    for file in (modality, "communs", "machine_classes"):
        if name in reference.files[file]:
            value = reference.value_for(reference.files[file][name], class_code)
            return f"{file}.{name}.{value.scope}" if value else None
    return None


def cost_names(case: Case, class_code: str) -> set[str]:
    """Parameters on which a class's cost lines rest, the VAT rate included where it counts."""
    model = case.reference.model_of(class_code)
    values = case.reference.values_of(class_code)
    used = set[str]().union(*(model.inputs_of(step.name) for step in model.lines))
    if any(values[name].vat == "excluded" for name in used if name in values):
        used.add("vat_rate")
    return used


def inputs_of(case: Case, names: Mapping[str, Iterable[str]]) -> Inputs:
    """The uncertain inputs among the parameters `names`, by class code.

    As `inputs_at`, for each class the values that it has of the parameters.

    Raises:
        InputError: correlations that cannot hold together.
    """
    groups = (
        {name: address_of(case, code, name) for name in wanted} for code, wanted in names.items()
    )
    return inputs_at(case, ({n: a for n, a in group.items() if a} for group in groups))


def inputs_at(case: Case, groups: Iterable[Mapping[str, str]]) -> Inputs:
    """The uncertain inputs among values given by their address, by parameter name.

    A group is what belongs together, as the values of one class: correlations, those of the
    reference data and the scenario, hold within it. A value that several groups share is one input.

    Raises:
        ScenarioError: no such parameter.
        InputError: correlations that cannot hold together.
    """
    items: dict[str, Input] = {}
    ranks: dict[tuple[str, str], float] = {}
    for group in groups:
        own: dict[str, str] = {}
        for name, address in group.items():
            parameter, value = case.reference.parameter_at(address)
            if value is None:
                continue
            item = Input(address, parameter, value)
            if not item.law.fixed:
                items.setdefault(address, item)
                own[name] = address
        for first, second, rank in case.correlations:
            if first in own and second in own:
                ranks[own[first], own[second]] = rank
    order = sorted(items)
    matrix = score_matrix(order, completed({pair: r for pair, r in ranks.items() if r}))
    return Inputs(tuple(items[address] for address in order), matrix)


@dataclass(frozen=True)
class Outcome:
    """A result under every draw: `values` `(n + 1, ...)`, row 0 the principal estimate.

    blocks: number of draws of each block; method: how they were drawn.
    """

    values: Floats
    blocks: tuple[int, ...]
    method: Method

    @property
    def principal(self) -> Any:
        """The result with every input at its mode."""
        return self.values[0]

    @property
    def draws(self) -> Floats:
        """The random draws, `(n, ...)`."""
        return self.values[1:]

    def probability(self, event: Callable[[Floats], Any]) -> tuple[Any, Any]:
        """Share of the draws in which an event holds, and its standard error."""
        return self._mean(np.asarray(event(self.draws), dtype=float))

    def _mean(self, values: Floats) -> tuple[Any, Any]:
        """Mean over the draws and its standard error, from the blocks when they are Sobol's."""
        mean = values.mean(axis=0)
        if not self._by_block:
            return mean, values.std(axis=0, ddof=1 if len(values) > 1 else 0) / len(values) ** 0.5
        ends = np.cumsum(self.blocks)[:-1]
        parts = np.stack([part.mean(axis=0) for part in np.split(values, ends)])
        return mean, parts.std(axis=0, ddof=1) / len(parts) ** 0.5

    @property
    def _by_block(self) -> bool:
        """Whether errors are read from the differences between blocks."""
        return self.method == "sobol" and len(self.blocks) >= FEWEST

    def median(self) -> tuple[float, float]:
        r"""Median of a single result and its standard error, NaN left out.

        The error is that of the share of draws below the median, over the density there, read from
        the draws one standard error on either side (Serfling, 1980, 2.3.3). An infinite median (a
        break-even that most draws never reach) has no error: NaN.
        """
        defined = self.draws[~np.isnan(self.draws)]
        if not defined.size:
            return math.nan, math.nan
        middle = float(np.quantile(defined, 0.5, method="inverted_cdf"))
        if not math.isfinite(middle):
            return middle, math.nan
        _, error = self._mean(np.asarray(self.draws < middle, dtype=float))
        if not self._by_block:
            error = 0.5 / defined.size**0.5
        ends = np.quantile(
            defined, [max(0.0, 0.5 - error), min(1.0, 0.5 + error)], method="inverted_cdf"
        )
        return middle, float(ends[1] - ends[0]) / 2


def simulate(
    study: Callable[[Values], Floats],
    inputs: Inputs,
    draws: int,
    seed: int,
    method: Method = "plain",
    workers: int = 1,
    enough: Callable[[Outcome], bool] | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Evaluate a result over joint draws of its inputs.

    `study` takes values by address, arrays `(n,)`, and gives `(n, ...)`. The result does not depend
    on `workers`. `enough` is asked after 1, 2, 4, 8… rounds of blocks and stops the draws when it
    says so. Raising in `progress` cancels.

    Raises:
        InputError: a number of draws out of range.
    """
    if not 1 <= draws <= MOST_DRAWS:
        raise InputError(problem("draws_range", None, draws, low=1, high=MOST_DRAWS))
    size = BLOCK[method]
    if method == "sobol":
        size = min(size, 2 ** max(0, math.floor(math.log2(draws / FEWEST))))
        draws = size * math.ceil(draws / size)  # a Sobol block is whole or loses its balance
    counts = [min(size, draws - first) for first in range(0, draws, size)]

    def block(number: int) -> Floats:
        scores = inputs.scores(number, counts[number], seed, method)
        results = np.asarray(study(inputs.values(scores)))
        # What rests on no uncertain input comes as one row.
        return np.broadcast_to(results, (counts[number], *results.shape[1:]))

    parts = [
        np.asarray(study({a: m[None] for a, m in zip(inputs.addresses, inputs.modes, strict=True)}))
    ]
    with ThreadPoolExecutor(max(1, workers)) as pool:
        pending: Iterator[Floats] = _in_order(pool, block, len(counts), 2 * max(1, workers))
        for done, part in enumerate(pending, start=1):
            parts.append(part)
            progress(done / len(counts), "Tirages")
            if enough is not None and done & (done - 1) == 0 and done < len(counts):
                outcome = Outcome(_stack(parts), tuple(counts[:done]), method)
                if enough(outcome):
                    return outcome
    return Outcome(_stack(parts), tuple(counts), method)


def _in_order(
    pool: ThreadPoolExecutor, task: Callable[[int], Floats], count: int, ahead: int
) -> Iterator[Floats]:
    """Results of the tasks in their order, with only a few begun ahead of the one awaited."""
    waiting = []
    try:
        for number in range(count):
            waiting.append(pool.submit(task, number))
            if len(waiting) >= ahead:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()
    finally:
        for future in waiting:
            future.cancel()


def _stack(parts: list[Floats]) -> Floats:
    """The principal estimate and the blocks one under the other."""
    shape = parts[-1].shape[1:]
    first = np.broadcast_to(np.atleast_1d(parts[0])[:1], (1, *shape))
    return np.concatenate([first, *parts[1:]])


def cost_draws(
    case: Case,
    class_code: str,
    acts: Any,
    amortised: Any,
    draws: int,
    seed: int | None = None,
    workers: int = 1,
) -> Floats:
    """Yearly cost (EUR) of the perimeter, `(draws + 1,)` or `(draws + 1, machines)`; row 0 modes.

    `acts` and `amortised` are scalars or arrays over machines. The seed is the scenario's unless
    given.
    """
    inputs = inputs_of(case, {class_code: cost_names(case, class_code)})
    seed = case.scenario.seed if seed is None else seed
    machines = np.broadcast_shapes(np.shape(acts), np.shape(amortised))
    step = draws_at_once(math.prod(machines))

    def study(values: Values) -> Floats:
        count = len(next(iter(values.values()))) if values else 1
        parts = []
        for first in range(0, count, step):
            named = {
                address.split(".")[1]: value[first : first + step].reshape(
                    -1, *([1] * len(machines))
                )
                for address, value in values.items()
            }
            total = annual_cost(case, class_code, acts, amortised, named).total()
            size = min(step, count - first)
            parts.append(np.broadcast_to(total, (size, *machines)))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    return simulate(study, inputs, draws, seed, workers=workers).values


def fleet_cost_draws(case: Case, fleet: Fleet, year: int, draws: int) -> Floats:
    """Yearly cost (EUR) of each machine for each draw, shape `(draws + 1, machines)`.

    Draws are common to all machines that share a value: they are what we do not know of prices and
    staff, not what makes machines differ.
    """
    result = np.empty((draws + 1, len(fleet.frame)))
    amortised = fleet.amortised(year, case.amortisation_years)
    acts = (fleet.frame["acts_billed"] + fleet.frame["acts_inpatient"]).to_numpy(dtype=float)
    codes = fleet.frame["class"].to_numpy()
    for code in dict.fromkeys(codes):
        rows = np.flatnonzero(codes == code)
        result[:, rows] = cost_draws(case, str(code), acts[rows], amortised[rows], draws)
    return result

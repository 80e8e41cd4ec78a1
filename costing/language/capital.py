r"""Capital charges, written in the formula language so that all readings share one definition.

Symbols: price $P$ (EUR, VAT included), residual value $R$ (EUR, at the end), rate $r$ (nominal,
fraction per year), life $n$ (years).

- `straight_line`: $D = (P - R) / n$.
- `annuity`: constant yearly payment, in arrears, whose present value is $P$ less that of $R$:
  $A = \left(P - R (1+r)^{-n}\right) r / \left(1 - (1+r)^{-n}\right)$; at $r = 0$ it is $D$.
- `mean_interest`: interest on the mean capital tied up, $I = r (P + R) / 2$, the usual companion of
  straight-line depreciation.
- `lease_rent`: twelve equal rents a year, paid in advance, at the monthly rate
  $i = (1+r)^{1/12} - 1$: $L = 12 \left(P - R v^{12n}\right) i v / (1 - v^{12n})$, $v = 1/(1+i)$.
- `capital_charge`: one of the three by the scenario's convention (`METHODS`).

Shapes: scalars, or arrays that broadcast together. Units: each function gives EUR/year.

Errors: `Function.unit` raises `FormulaError` where an argument has another unit. Nothing is refused
on values: a life of 0, or a rate of -1 or less, may give a number that is not finite, which
`CostModel.evaluate` refuses as `FormulaError`, with the line's name.

Method: any textbook of engineering economy (capital recovery factor). The annuity is set against
published figures in `models/replications` (`schwartz-2018`). Below a rate of 10⁻⁶ the
annuity and the rent use their first-order expansion in $r$, since the closed form loses its digits
there; the relative difference at the junction is under 10⁻⁹.

Not here: which machine is charged, and over which life. That is a convention of the scenario.
"""

from __future__ import annotations

from costing.language.formula import Function, register

#: Convention name → the number that formulas see as `capital_method`.
METHODS: dict[str, int] = {"annuity": 1, "straight_line": 2, "lease": 3}

_NEAR_ZERO = "0.000001"

register(
    Function(
        "straight_line",
        ("price", "residual", "years"),
        "(price - residual) / years",
        ("price", "price", "year"),
    ),
    Function(
        "mean_interest",
        ("price", "residual", "rate"),
        "rate * (price + residual) / 2",
        ("price", "price", "rate"),
    ),
    Function(
        "annuity",
        ("price", "residual", "rate", "years"),
        f"if_(max(rate, -rate) < {_NEAR_ZERO},"
        " (price - residual) / years + rate * (price * (years + 1) + residual * (years - 1))"
        " / (2 * years),"
        " (price - residual * (1 + rate) ** -years) * rate / (1 - (1 + rate) ** -years))",
        ("price", "price", "rate", "year"),
    ),
    Function(
        "lease_rent",
        ("price", "residual", "rate", "years"),
        f"if_(max(rate, -rate) < {_NEAR_ZERO},"
        " (price - residual) / years + rate * (price * (years - 1 / 12)"
        " + residual * (years + 1 / 12)) / (2 * years),"
        " 12 * (price - residual * (1 + rate) ** -years) * (1 - (1 + rate) ** (-1 / 12))"
        " / (1 - (1 + rate) ** -years))",
        ("price", "price", "rate", "year"),
    ),
    Function(
        "capital_charge",
        ("method", "price", "residual", "rate", "years"),
        "if_(method == 1, annuity(price, residual, rate, years),"
        " if_(method == 2, straight_line(price, residual, years)"
        " + mean_interest(price, residual, rate),"
        " lease_rent(price, residual, rate, years)))",
        ("number", "price", "price", "rate", "year"),
    ),
)

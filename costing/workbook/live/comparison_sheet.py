"""« Appareils comparés » and « Comparaison »: cost against fee, at the tariff of departure.

The three readings of « overvalued » of `costing.analysis.account.comparison`, as formulas.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from costing.analysis.account.comparison import compare, with_activity
from costing.case import labels
from costing.fee.schedule import AMORTISATION
from costing.french.writing import NONE
from costing.workbook.live.columns import Column, Floats
from costing.workbook.live.year_writer import Data, Year, YearWriter
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.values.cell_of_value import value_formula
from costing.workbook.write.layout import Sheet, at

SHEET, COMPARED = "Comparaison", "Appareils comparés"
READINGS = {
    "markup": "Majoration (forfait / coût - 1)",
    "share_of_fee": "Part du forfait (1 - coût / forfait)",
    "investment": "Investissement seul",
}
_AMOUNTS = ("revenue", "cost", "investment_fee", "investment_cost")


def write_base_year(data: Data) -> Year:
    """The fleet in its own year, under the activity convention, a whole year at one tariff."""
    case, parc = data.case, data.parc
    writer = YearWriter(
        data, case.fleet.year, COMPARED,
        "Le parc dans l'année de ses actes, sous la convention d'activité choisie, une année "
        "entière au tarif de départ. Montants d'un appareil.",
    )  # fmt: skip
    target = _targets(data)
    fleet = with_activity(case, case.fleet).frame
    share = np.divide(
        parc.billed, parc.billed + parc.inpatient,
        out=np.ones(parc.count), where=parc.billed + parc.inpatient > 0,
    )  # fmt: skip
    rows = range(parc.count)
    b, h = (
        [parc.cell("acts_billed", i) for i in rows],
        [parc.cell("acts_inpatient", i) for i in rows],
    )
    part = writer.add(
        "own_share", "Part facturée des actes",
        (f"IF({b[i]}+{h[i]}>0,{b[i]}/({b[i]}+{h[i]}),1)" for i in rows), share,
    )  # fmt: skip
    activity = data.switches.conventions["activity"]
    writer.acts(
        [f"IF({activity}=0,{b[i]},{target[i]}*{part.here(i)})" for i in rows],
        [f"IF({activity}=0,{h[i]},{target[i]}*(1-{part.here(i)}))" for i in rows],
        fleet["acts_billed"].to_numpy(dtype=float), fleet["acts_inpatient"].to_numpy(dtype=float),
    )  # fmt: skip
    _amounts(writer)
    writer.sheet.close()
    return writer.result


def _targets(data: Data) -> list[str]:
    """The activity that a convention puts on each machine, when it is not its own."""
    case, cells = data.case, {}
    activity = data.switches.conventions["activity"]
    for code in dict.fromkeys(data.parc.codes):
        formulas = []
        for name in ("normative_activity", "reference_activity"):
            computed = value_formula(data.book, case, "machine_classes", name, code)
            formulas.append(computed[0] if computed else "NA()")
        cells[code] = f"IF({activity}=1,{formulas[0]},{formulas[1]})"
    return [cells[code] for code in data.parc.codes]


def _amounts(writer: YearWriter) -> None:
    """Revenue, cost, and the two sides of the third reading; each machine in its own state."""
    data, result, year = writer.data, writer.result, writer.year
    count = writer.parc.count
    rows = range(count)
    old, total = data.weights.amortised[0, year], data.weights.total[year]
    flag = (old.values > 0).astype(float)
    state = writer.add("state", "Amorti", (f"IF({old.there(i)}>0,1,0)" for i in rows), flag)
    whole = writer.band_columns("Année", [None], [None])
    result.bands["today"] = whole

    def by_state(pair: Sequence[tuple[list[str], Floats]]) -> tuple[list[str], Floats]:
        (new_texts, new), (old_texts, worn) = pair
        texts = [f"IF({state.here(i)}=1,{old_texts[i]},{new_texts[i]})" for i in rows]
        return texts, np.where(flag == 1, worn, new)

    pays = [writer.paid(whole, "base", range(1), amortised) for amortised in (0, 1)]
    writer.add("revenue", "Recettes", *by_state(pays))
    writer.borne()
    writer.add("cost", "Coût", *by_state([writer.costs("total", s, 0) for s in (0, 1)]))
    writer.add(
        "own_investment", "dont investissement",
        *by_state([writer.costs("investment", s, 0) for s in (0, 1)]),
    )  # fmt: skip
    writer.add(
        "stops", "Lignes qui cessent", *by_state([writer.costs("stops", s, 0) for s in (0, 1)])
    )
    _investment(writer)
    _ratios(writer)
    for name in (*_AMOUNTS, "acts", "billed"):
        column = result.columns[name]
        writer.add(
            f"{name}_sum", f"{column_head(name)}, tous les appareils de la ligne",
            (f"{column.here(i)}*{total.there(i)}" for i in rows), column.values * total.values,
        )  # fmt: skip


def _investment(writer: YearWriter) -> None:
    """What of the fee pays investment, and what it pays, under the convention; 0 if neither."""
    data, result = writer.data, writer.result
    rows, col = range(writer.parc.count), result.columns
    state, revenue, cost = col["state"], col["revenue"], col["cost"]
    investment, stops = col["own_investment"], col["stops"]
    flag = state.values
    full = result.bands["today"][0]
    kinds = [writer.kinds(s) for s in (0, 1)]
    prices = [{k: data.prices.row("base", k) for k in dict.fromkeys(kinds[s])} for s in (0, 1)]
    first = [[prices[s][k][0].split(":")[0] for k in kinds[s]] for s in (0, 1)]
    worth = [np.array([prices[s][k][1][0] for k in kinds[s]]) for s in (0, 1)]
    gap = full.values * (worth[0] - worth[1])
    mode = data.switches.conventions["investment"]
    after = data.case.scenario.conventions.investment == "after_running_costs"
    raw = revenue.values - (cost.values - investment.values) if after else gap
    against = investment.values if after else stops.values
    hidden = (flag == 1) | (raw <= 0)
    fee = writer.add(
        "fee", "Forfait qui paie l'investissement, brut",
        (
            f"IF({mode}=0,{full.here(i)}*({first[0][i]}-{first[1][i]}),"
            f"{revenue.here(i)}-({cost.here(i)}-{investment.here(i)}))"
            for i in rows
        ),
        raw,
    )  # fmt: skip
    possible = writer.add(
        "known", "Troisième lecture possible",
        (f"IF(OR({state.here(i)}=1,{fee.here(i)}<=0),0,1)" for i in rows), 1.0 - hidden,
    )  # fmt: skip
    writer.add(
        "investment_fee", "Forfait qui paie l'investissement",
        (f"{fee.here(i)}*{possible.here(i)}" for i in rows), np.where(hidden, 0.0, raw),
    )  # fmt: skip
    writer.add(
        "investment_cost", "Investissement payé",
        (
            f"IF({mode}=0,{stops.here(i)},{investment.here(i)})*{possible.here(i)}" for i in rows
        ),
        np.where(hidden, 0.0, against),
    )  # fmt: skip


def column_head(name: str) -> str:
    """What a summed column is."""
    return {
        "revenue": "Recettes", "cost": "Coût", "investment_fee": "Forfait d'investissement",
        "investment_cost": "Investissement", "acts": "Actes", "billed": "Actes facturés",
    }[name]  # fmt: skip


def _ratios(writer: YearWriter) -> None:
    """Each machine's own readings, 0 where there is none, and the weights of those with one."""
    result, data = writer.result, writer.data
    rows = range(writer.parc.count)
    total, col = data.weights.total[writer.year], result.columns
    sides = {
        "markup": (col["revenue"], col["cost"], "{a}/{b}-1"),
        "share_of_fee": (col["cost"], col["revenue"], "1-{a}/{b}"),
        "investment": (col["investment_fee"], col["investment_cost"], "{a}/{b}-1"),
    }
    for name, (above, below, form) in sides.items():
        fine = (below.values > 0) & (col["revenue"].values > 0)
        quotient = np.divide(
            above.values, below.values, out=np.ones_like(fine, dtype=float), where=fine
        )
        value = np.where(fine, 1 - quotient if name == "share_of_fee" else quotient - 1, 0.0)

        def text(i: int, above: Column = above, below: Column = below, form: str = form) -> str:
            test = f"AND({below.here(i)}>0,{col['revenue'].here(i)}>0)"
            return f"IF({test},{form.format(a=above.here(i), b=below.here(i))},0)"

        writer.add(name, READINGS[name], map(text, rows), value)
        writer.add(
            f"{name}_weight", "Appareils qui en ont une",
            (
                f"IF(AND({below.here(i)}>0,{col['revenue'].here(i)}>0),{total.there(i)},0)"
                for i in rows
            ),
            np.where(fine, total.values, 0.0),
        )  # fmt: skip


def write_comparison(data: Data, year: Year, banner: str) -> None:
    """The sheet: by kind of machine, then over the fleet with three weightings."""
    case = data.case
    date = case.reference.savings.baseline_date
    sheet = data.book.sheet(SHEET, (36, 16, 27, 12, 12, 13, 13, *[19] * 3))
    hint = (
        f"Une année entière au tarif du {labels.day(date)}, sous les conventions du scénario. "
        "Trois lectures de « surévalué de p », à ne pas mélanger."
    )
    row = sheet.opening("Coût et forfait", banner, hint)
    rows, overall = compare(case, date)
    heads = ("Classe", "Situation", "Zone", "Appareils", "Actes par appareil", "Coût par acte",
             "Forfait par acte", *READINGS.values())  # fmt: skip
    sheet.header(row, heads, right=range(3, len(heads)))
    sheet.keep_header(row, 1, repeated=False)
    kinds = _every_kind(rows.to_dict("records"))
    _by_kind(sheet, row + 1, data, year, kinds)
    row += 2 + len(kinds)
    sheet.raw.set_h_pagebreaks([row])
    heads = ("Parc", "Pondéré", "", "Appareils", "", "Coût", "Recettes", *READINGS.values())
    sheet.header(row, heads, right=range(3, len(heads)))
    for line, record in enumerate(overall.to_dict("records"), start=row + 1):
        _overall(sheet, line, data, year, record)
    sheet.protect()


def _every_kind(rows: list[dict[Hashable, Any]]) -> list[dict[Hashable, Any]]:
    """Both states of each class and zone: a day of installation that is changed may need either."""
    by_kind = {(row["class"], row["amortisation"], row["zone"]): row for row in rows}
    ratios = ("acts", "cost_per_act_eur", "revenue_per_act_eur", *READINGS)
    none: dict[Hashable, Any] = {"machines": 0.0, **dict.fromkeys(ratios, np.nan)}
    zones = {code: sorted({z for c, _, z in by_kind if c == code}) for code, _, _ in by_kind}
    return [
        by_kind.get((code, state, zone))
        or {"class": code, "amortisation": state, "zone": zone, **none}
        for code in zones
        for state in sorted(AMORTISATION)
        for zone in zones[code]
    ]


def _by_kind(
    sheet: Sheet, row: int, data: Data, year: Year, rows: list[dict[Hashable, Any]]
) -> None:
    case, parc, col = data.case, data.parc, year.columns
    machines = data.weights.total[case.fleet.year]
    for line, record in enumerate(rows, start=row):
        sheet.row(
            line,
            (
                labels.scope_name(case.reference, record["class"]),
                labels.AMORTISATION[record["amortisation"]], labels.ZONES[record["zone"]],
            ),
        )  # fmt: skip
        tests = f"{parc.column('class')},{at(line, 0)},{col['state'].all},"
        tests += str(int(record["amortisation"] == "amorti"))
        if record["zone"] != "*":
            tests += f",{parc.column('zone')},{at(line, 2)}"

        def total(column: Column, tests: str = tests) -> str:
            return f"SUMIFS({column.all},{tests})"

        sums = {name: total(col[f"{name}_sum"]) for name in (*_AMOUNTS, "acts", "billed")}
        sheet.formula(line, 3, total(machines), record["machines"], num_format="#,##0.0_ ")
        _quotient(sheet, line, 4, sums["acts"], at(line, 3), record["acts"])
        _quotient(sheet, line, 5, sums["cost"], sums["billed"], record["cost_per_act_eur"], "price")
        _quotient(
            sheet, line, 6, sums["revenue"], sums["billed"], record["revenue_per_act_eur"], "price"
        )
        _readings(sheet, line, sums, record)


def _readings(
    sheet: Sheet, line: int, sums: dict[str, str], record: Mapping[Hashable, Any]
) -> None:
    forms = {
        "markup": ("revenue", "cost", "{a}/{b}-1"),
        "share_of_fee": ("cost", "revenue", "1-{a}/{b}"),
        "investment": ("investment_fee", "investment_cost", "{a}/{b}-1"),
    }
    for column, (name, (a, b, form)) in enumerate(forms.items(), start=7):
        text = f'IF({sums[b]}>0,{form.format(a=sums[a], b=sums[b])},"{NONE}")'
        formula_or_dash(sheet, line, column, text, record[name], "percent")


def _quotient(
    sheet: Sheet, row: int, column: int, above: str, below: str, value: float,
    style: str = "number",
) -> None:  # fmt: skip
    formula_or_dash(sheet, row, column, f'IF({below}>0,{above}/{below},"{NONE}")', value, style)


def formula_or_dash(
    sheet: Sheet, row: int, column: int, text: str, value: float, style: str, **changes: Any
) -> None:
    """A formula whose value may be none: a dash."""
    cached = value if np.isfinite(value) else NONE
    sheet.formula(row, column, text, cached, style, **changes)


def _overall(
    sheet: Sheet, row: int, data: Data, year: Year, record: Mapping[Hashable, Any]
) -> None:
    """One modality, or all, under one weighting."""
    case, col, parc = data.case, year.columns, data.parc
    code, weighting = record["modality"], record["weighting"]
    name = labels.modality_name(case.reference, code)
    sheet.row(row, (name, labels.WEIGHTINGS[weighting], ""))
    machines = data.weights.total[case.fleet.year]
    own = vocabulary.modalities(case.reference).get(code, "")
    condition = f'({parc.column("modality")}="{own}")*' if code != "all" else ""

    def total(column: Column) -> str:
        if code == "all":
            return f"SUM({column.all})"
        return f'SUMIFS({column.all},{parc.column("modality")},"{own}")'

    sheet.formula(row, 3, total(machines), record["machines"], num_format="#,##0.0_ ")
    sheet.blank(row, 4, "cell")
    sums = {n: total(col[f"{n}_sum"]) for n in _AMOUNTS}
    sheet.formula(row, 5, sums["cost"], record["cost_eur"])
    sheet.formula(row, 6, sums["revenue"], record["revenue_eur"])
    if weighting == "euro":
        _readings(sheet, row, sums, record)
        return
    for column, reading in enumerate(READINGS, start=7):
        weight = f"{condition}{col[f'{reading}_weight'].all}"
        if weighting == "act":
            weight += f"*{col['billed'].all}"
        below = f"SUMPRODUCT({weight})"
        above = f"SUMPRODUCT({weight}*{col[reading].all})"
        _quotient(sheet, row, column, above, below, record[reading], "percent")

"""« Évolution » and « Poids »: how many real machines each row stands for, year after year.

The rule of `projection.project`, as formulas. The machines of a row in a year are those left of
the first ones, and those installed on 1 January of each later year (renewed or added). Each year a
modality renews its quota with a chance $k a^p$, at most 1, at age $a$; $k$ is found by the engine's
own rounds, of which `ROUNDS` are laid out, with a cell that says whether they were enough.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from costing.case.case import Case
from costing.problems.errors import InputError, problem
from costing.workbook.live.columns import Column, Floats, MachineSheet
from costing.workbook.live.machines import Parc
from costing.workbook.live.periods_sheet import Computed, Periods
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.values.cell_of_value import value_formula
from costing.workbook.write.layout import Book, Sheet, at

RATES, WEIGHTS = "Évolution", "Poids"
ROUNDS = 8


@dataclass
class Weights:
    """Machines that each row stands for, by year, and those amortised, by (variant, year).

    acts: growth of the acts since the fleet's year, by (modality, year).
    """

    total: dict[int, Column] = field(default_factory=dict)
    amortised: dict[tuple[int, int], Column] = field(default_factory=dict)
    acts: dict[tuple[str, int], Computed] = field(default_factory=dict)


def write_evolution(
    book: Book, case: Case, parc: Parc, periods: Periods, variants: tuple[int, ...]
) -> Weights:
    """Both sheets.

    Raises:
        InputError: the reference data renew the oldest machines first, which has no such formulas.
    """
    if case.fleets.dynamics.age_power is None:
        raise InputError(problem("export_renewal"))
    return _Writer(book, case, parc, periods, variants).write()


@dataclass
class _Step:
    """A year's renewal of a modality: the cells that the machines' formulas need."""

    chance: Computed
    remaining: Computed
    added: Computed
    cohort: dict[int, Computed]


class _Writer:
    def __init__(
        self, book: Book, case: Case, parc: Parc, periods: Periods, variants: tuple[int, ...]
    ) -> None:
        self.book, self.case, self.parc, self.periods = book, case, parc, periods
        self.variants = variants
        self.base = case.fleet.year
        self.steps = range(self.base + 1, case.reference.savings.target.years[-1] + 1)
        self.modalities = list(dict.fromkeys(parc.modality.tolist()))
        self.members = {code: parc.modality == code for code in self.modalities}
        cohorts = list(self.steps)[:-1]
        widths = (9, 16, 13, 12, 13, *[12] * ROUNDS, 10, 11, 11, 11, *[12] * 2 * len(cohorts))
        self.rates: Sheet = book.sheet(RATES, widths)
        self.cohorts = cohorts
        self.sheet = MachineSheet(
            book, WEIGHTS,
            "Combien d'appareils réels chaque ligne du parc représente, année après année : ce qui "
            "reste du départ, et ceux installés au 1er janvier (remplacés ou nouveaux).",
            parc.count,
        )  # fmt: skip
        self.weights = Weights()

    def write(self) -> Weights:
        parc, sheet = self.parc, self.sheet
        self._head()
        count = parc.count
        sheet.texts("Appareil", [parc.cell("machine_id", i) for i in range(count)], parc.names)
        first = sheet.add(
            f"{self.base} : départ", (parc.cell("weight", i) for i in range(count)), parc.weight
        )
        own, cohorts = first, dict[int, Column]()
        self.weights.total[self.base] = first
        self._amortised(self.base, own, cohorts)
        row = 5
        for number, year in enumerate(self.steps):
            row, own, cohorts = self._year(row, number, year, first, own, cohorts)
            self._totals(year, own, cohorts)
        self._acts(row + 1)
        self.rates.protect()
        sheet.close()
        return self.weights

    def _head(self) -> None:
        sheet = self.rates
        sheet.title(
            RATES,
            "Chaque 1er janvier, une part des appareils est remplacée, d'autant plus sûrement "
            "qu'ils sont vieux (chance = k × âge^p, au plus 1), puis le parc croît.",
        )
        sheet.row(2, ("", "Puissance p de l'âge"))
        power = self.book.cells["dynamics.renewal_age_power.*"]
        self.power = (sheet.ref(2, 2), float(self.case.fleets.dynamics.age_power or 0.0))
        sheet.formula(2, 2, power, self.power[1], num_format="0.00##_ ")
        heads = ["Année", "Modalité", "Appareils avant", "Part remplacée", "À remplacer"]
        heads += [f"k, tour {i + 1}" for i in range(ROUNDS)]
        heads += ["k trouvé", "Croissance", "Part gardée", "Part ajoutée"]
        for year in self.cohorts:
            heads += [f"Âge^p des installés en {year}", f"Installés en {year}, avant"]
        sheet.header(4, heads, right=range(2, len(heads)))
        sheet.keep_header(4, 2)

    def _year(
        self,
        row: int,
        number: int,
        year: int,
        first: Column,
        own: Column,
        cohorts: dict[int, Column],
    ) -> tuple[int, Column, dict[int, Column]]:
        """One year: the rates of each modality, then what is left and what is new of each row."""
        parc, sheet, count = self.parc, self.sheet, self.parc.count
        days = np.datetime64(f"{year}-01-01") - parc.installed
        pulls = np.maximum(days / np.timedelta64(1, "D") / 365.25, 0.0) ** self.power[1]
        pull = sheet.add(
            f"{year} : âge^p",
            (
                f"MAX(0,(DATE({year},1,1)-{parc.cell('installed_on', i)})/365.25)^{self.power[0]}"
                for i in range(count)
            ),
            pulls,
        )
        steps = {}
        for code in self.modalities:
            steps[code] = self._rates(row, number, year, code, own, pull, cohorts)
            row += 1
        by_row = [steps[code] for code in parc.modality.tolist()]

        def spread(pick: str) -> Floats:
            return np.array([getattr(step, pick)[1] for step in by_row])

        chance, remaining, added = spread("chance"), spread("remaining"), spread("added")
        gone = np.minimum(1.0, chance * pull.values)
        left = sheet.add(
            f"{year} : restent du départ",
            (
                f"{own.here(i)}*(1-MAX(0,MIN(1,{s.chance[0]}*{pull.here(i)})))*{s.remaining[0]}"
                for i, s in enumerate(by_row)
            ),
            own.values * (1 - gone) * remaining,
        )
        new_texts = [
            f"{own.here(i)}*MAX(0,MIN(1,{s.chance[0]}*{pull.here(i)}))"
            for i, s in enumerate(by_row)
        ]
        new = own.values * gone
        later = {}
        for cohort, column in cohorts.items():
            share = np.array([min(1.0, s.chance[1] * s.cohort[cohort][1]) for s in by_row])
            later[cohort] = sheet.add(
                f"{year} : restent de {cohort}",
                (
                    f"{column.here(i)}*(1-MAX(0,MIN(1,{s.chance[0]}*{s.cohort[cohort][0]})))*{s.remaining[0]}"
                    for i, s in enumerate(by_row)
                ),
                column.values * (1 - share) * remaining,
            )
            for i, s in enumerate(by_row):
                new_texts[i] += (
                    f"+{column.here(i)}*MAX(0,MIN(1,{s.chance[0]}*{s.cohort[cohort][0]}))"
                )
            new = new + column.values * share
        later[year] = sheet.add(
            f"{year} : installés cette année",
            (
                f"({new_texts[i]})*{s.remaining[0]}+{first.here(i)}*{s.added[0]}"
                for i, s in enumerate(by_row)
            ),
            new * remaining + first.values * added,
        )
        return row, left, later

    def _rates(
        self,
        row: int,
        number: int,
        year: int,
        code: str,
        own: Column,
        pull: Column,
        cohorts: dict[int, Column],
    ) -> _Step:
        """The row of a modality in a year: its quota, k by rounds, growth."""
        sheet, parc = self.rates, self.parc
        members = self.members[code]
        label = vocabulary.modalities(self.case.reference)[code]
        sheet.row(row, (str(year), label))
        names = parc.column("modality")
        same = f"({names}={at(row, 1)})"
        start = 9 + ROUNDS
        cohort_cells: dict[int, Computed] = {}
        groups: list[tuple[str, Floats, str, Floats]] = [
            (own.all, own.values[members], pull.all, pull.values[members])
        ]
        for index, cohort in enumerate(self.cohorts):
            place = start + 2 * index
            if cohort not in cohorts:
                sheet.blank(row, place, "cell")
                sheet.blank(row, place + 1, "cell")
                continue
            age = (dt.date(year, 1, 1) - dt.date(cohort, 1, 1)).days / 365.25
            value = age ** self.power[1]
            text = f"((DATE({year},1,1)-DATE({cohort},1,1))/365.25)^{self.power[0]}"
            sheet.formula(row, place, text, value, num_format="0.0000_ ")
            column = cohorts[cohort]
            amount = float(column.values[members].sum())
            sheet.formula(
                row,
                place + 1,
                f"SUMIFS({column.all},{names},{at(row, 1)})",
                amount,
                num_format="#,##0.00_ ",
            )
            cohort_cells[cohort] = (sheet.ref(row, place), value)
            groups.append(
                (at(row, place + 1), np.array([amount]), at(row, place), np.array([value]))
            )
        total = float(sum(weights.sum() for _, weights, _, _ in groups))
        parts = "+".join(group[0] for group in groups[1:])
        text = f"SUMIFS({own.all},{names},{at(row, 1)})" + (f"+{parts}" if parts else "")
        sheet.formula(row, 2, text, total, num_format="#,##0.00_ ")
        rate = self.case.fleets.dynamics.renewal_rate[code]
        sheet.formula(row, 3, self._input("renewal_rate", code), rate, "share")
        quota = total * rate
        sheet.formula(row, 4, f"{at(row, 2)}*{at(row, 3)}", quota, num_format="#,##0.00_ ")
        chance = self._rounds(row, same, groups, quota)
        growth = self.case.fleets.dynamics.machine_growth[code]
        sheet.formula(row, 6 + ROUNDS, self._input("machine_growth", code), growth, "percent")
        cell = at(row, 6 + ROUNDS)
        remaining, added = 1 + min(growth, 0.0), max(growth, 0.0) * (1 + growth) ** number
        sheet.formula(row, 7 + ROUNDS, f"1+MIN({cell},0)", remaining, num_format="0.0000_ ")
        sheet.formula(
            row, 8 + ROUNDS, f"MAX({cell},0)*(1+{cell})^{number}", added, num_format="0.0000_ "
        )
        return _Step(
            chance, (sheet.ref(row, 7 + ROUNDS), remaining), (sheet.ref(row, 8 + ROUNDS), added),
            cohort_cells,
        )  # fmt: skip

    def _rounds(
        self, row: int, same: str, groups: list[tuple[str, Floats, str, Floats]], quota: float
    ) -> Computed:
        """K such that the machines replaced are the quota: those certain to go are set apart."""
        sheet = self.rates
        chance, cell = 0.0, ""
        for number in range(ROUNDS):
            certain, pulled, gone, free = [], [], 0.0, 0.0
            for index, (weights, w, ages, a) in enumerate(groups):
                ok = f"{same}*" if index == 0 else ""
                if not cell:
                    pulled.append(f"SUMPRODUCT({ok}{weights}*{ages})")
                    free += float((w * a).sum())
                    continue
                certain.append(f"SUMPRODUCT({ok}({cell}*{ages}>=1)*{weights})")
                pulled.append(f"SUMPRODUCT({ok}({cell}*{ages}<1)*{weights}*{ages})")
                sure = chance * a >= 1
                gone += float(w[sure].sum())
                free += float((w * a)[~sure].sum())
            below = "+".join(pulled)
            above = at(row, 4) + "".join(f"-{part}" for part in certain)
            value = (quota - gone) / free if free > 0 else chance
            text = f"IF({below}>0,({above})/({below}),{cell or 0})"
            sheet.formula(row, 5 + number, text, value, num_format="0.0000E+00")
            chance, cell = value, at(row, 5 + number)
        before = at(row, 3 + ROUNDS)
        text = f'IF(ABS({cell}-{before})<=1E-12*ABS({cell}),"oui","NON")'
        sheet.formula(row, 5 + ROUNDS, text, "oui", "centre")
        return sheet.ref(row, 4 + ROUNDS), chance

    def _input(self, name: str, code: str) -> str:
        """The input cell of a rate of a modality."""
        computed = value_formula(self.book, self.case, "dynamics", name, code)
        assert computed is not None
        return computed[0]

    def _totals(self, year: int, own: Column, cohorts: dict[int, Column]) -> None:
        """The machines of a row in a year, and those amortised."""
        columns = [own, *cohorts.values()]
        self.weights.total[year] = self.sheet.add(
            f"{year} : appareils",
            ("+".join(c.here(i) for c in columns) for i in range(self.parc.count)),
            sum((c.values for c in columns), start=np.zeros(self.parc.count)),
        )
        if year in self.case.reference.savings.target.years:
            self._amortised(year, own, cohorts)

    def _amortised(self, year: int, own: Column, cohorts: dict[int, Column]) -> None:
        parc = self.parc
        for variant in self.variants if year != self.base else (0,):
            computed = [self.periods.years[code, variant, year] for code in parc.codes]
            years = np.array([value for _, value in computed])
            limit = _limits(year, years)
            values = own.values * (parc.installed < limit)
            for cohort, column in cohorts.items():
                values = values + column.values * (np.datetime64(f"{cohort}-01-01") < limit)

            def text(i: int, computed: list[Computed] = computed) -> str:
                cell = computed[i][0]
                day = f"DATE({year}-INT({cell}),1,1)-ROUND(({cell}-INT({cell}))*365.25,0)"
                parts = [f"({parc.cell('installed_on', i)}<{day})*{own.here(i)}"]
                parts += [f"(DATE({c},1,1)<{day})*{col.here(i)}" for c, col in cohorts.items()]
                return "+".join(parts)

            heads = ("", ", années proposées", ", années du 31 décembre")
            self.weights.amortised[variant, year] = self.sheet.add(
                f"{year} : amortis{heads[variant]}", map(text, range(parc.count)), values
            )

    def _acts(self, row: int) -> None:
        """Growth of the acts of a machine since the fleet's year."""
        sheet = self.rates
        years = [self.base, *self.steps]
        heads = [str(year) for year in years]
        sheet.header(row, ("", "Actes par appareil", *heads), right=range(2, 2 + len(years)))
        for line, code in enumerate(self.modalities, start=row + 1):
            growth = self.case.fleets.dynamics.acts_growth
            rate = growth.get(code, 0.0)
            sheet.row(line, ("", vocabulary.modalities(self.case.reference)[code]))
            for index, year in enumerate(years):
                value = (1 + rate) ** (year - self.base)
                text = f"(1+{self._input('acts_growth', code)})^{year - self.base}"
                sheet.formula(line, 2 + index, text, value, num_format="0.0000_ ")
                self.weights.acts[code, year] = (sheet.ref(line, 2 + index), value)


def _limits(year: int, years: Floats) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Machines installed before this day are amortised in a year."""
    whole = np.floor(years)
    first = np.datetime64(str(year), "Y") - whole.astype("timedelta64[Y]")
    days = np.round((years - whole) * 365.25).astype("timedelta64[D]")
    return np.asarray(first.astype("datetime64[D]") - days)

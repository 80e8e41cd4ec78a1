r"""Each constraint of the menu as LP text, from a tiny fleet: `python -m tests.optimise.golden`.

The files are written by the program, then read by a person against the LaTeX of
`costing.scenario.menu`: what was checked, and the arithmetic, is in the notes below, which stand at
the top of each file. Costs are those of `costing cost`; a number that changes there changes here.

A file keeps the rows of one constraint, on the cells of the classes named; `rounding` has no rows
in the program (`costing.optimise.rounding` builds its own).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from costing.optimise.search import begun
from costing.optimise.solver import Block, lp_text
from tests.optimise.small import JULY, LONG_AGO, STEP, case_of, demand, demanded_of

FOLDER = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Golden:
    """Machines, what is asked, the classes whose prices are kept, and what was checked by hand."""

    notes: str
    machines: tuple[dict[str, Any], ...] = ({"acts_billed": 6_000},)
    asked: dict[str, Any] = field(default_factory=dict)
    kept: tuple[str, ...] = ("scanner",)


ONE, TWO = (STEP,), (STEP, JULY)
PAIR = ({"acts_billed": 6_000}, {"acts_billed": 9_000})

GOLDEN: dict[str, Golden] = {
    "savings_target": Golden(
        "One CT, 6 000 acts; 150 000 EUR over 2025-2027. At the baseline price of 99.69 it is paid "
        "3 x 598 140.00 = 1 794 420.00; at the prices already in force 590 662.85 in 2025 and "
        "544 240.93 in 2026. Left for 2027: 1 794 420.00 - 590 662.85 - 544 240.93 - 150 000 = "
        "509 516.22, all of it at the full rate.",
        asked={"target": 150_000.0},
    ),
    "savings_year": Golden(
        "One CT, 6 000 acts; 70 000 EUR in 2027: 598 140 - 70 000 = 528 140 at most. The 50 000 "
        "EUR asked of 2026 rest on no price that may change, and are met: no row.",
        asked={"savings": {"yearly_eur": {2026: 50_000.0, 2027: 70_000.0}}},
    ),
    "step_cut": Golden(
        "25 % at most: 0.75 x 89.72 = 67.29, 0.75 x 71.76 = 53.82, 0.75 x 60 = 45, 0.75 x 52.08 = "
        "39.06, 0.75 x 36.34 = 27.255; in July, 0.75 of January's price.",
        asked={"largest_cut_per_step": 0.25, "step_dates": TWO},
    ),
    "total_cut": Golden(
        "5 % under the baseline: 0.95 x 99.69 = 94.7055 and 0.95 x 75.54 = 71.763 are above the "
        "prices in force, which then hold (89.72, 71.76); 0.95 x 60 = 57, 0.95 x 52.08 = 49.476, "
        "0.95 x 36.34 = 34.523. On each date.",
        asked={"demands": (demand("total_cut", 0.05),), "step_dates": TWO},
    ),
    "phased_cut": Golden(
        "20 % in twelve months. January 2027: since January 2026 prices were 91.71 then 89.72: "
        "0.8 x 91.71 = 73.368; 0.8 x 72.52 = 58.016; 0.8 x 60 = 48; 0.8 x 52.08 = 41.664; "
        "0.8 x 36.34 = 29.072. July 2027: since July 2026, 0.8 x 89.72 = 71.776 and "
        "0.8 x 71.76 = 57.408; and 0.8 of January's price.",
        asked={"demands": (demand("phased_cut", 0.2),), "step_dates": TWO},
    ),
    "no_rise": Golden(
        "January: at most what is in force (89.72, 71.76, 60, 52.08, 36.34); July: at most "
        "January's price.",
        asked={"step_dates": TWO},
    ),
    "rise_below_cost": Golden(
        "One CT, 2 000 acts, paid 179 440 at 89.72, below its cost: 2 000 f is at most 1.1 of "
        "that cost: 1.1 x 327 752.74 = 360 528.02.",
        machines=({"acts_billed": 2_000},),
        asked={"demands": (demand("rise_below_cost", 1.1),)},
    ),
    "degressive": Golden(
        "Each of the two full rates above the first reduced one, which is above the second, and so "
        "on; no gap is contrary today: 0 everywhere.",
    ),
    "amortised": Golden(
        "MRI of 0.5 T at most, where the amortised rate is above the other today: by 124.01 - "
        "117.96 = 6.05 in Paris, 120.52 - 114.71 = 5.81 around, 119.32 - 109.58 = 9.74 elsewhere.",
        kept=("irm_le_0_5t",),
    ),
    "zone_order": Golden(
        "MRI of 0.5 to 1.5 T: 174.85, 170.89, 170.92 from Paris outwards when not amortised, so "
        "that 0.03 may stay between the last two; 124.01, 120.52, 119.32 when amortised.",
        kept=("irm_0_5t_1_5t",),
    ),
    "zone_gap": Golden(
        "MRI of 1.5 T, full rates: each zone at most 1.05 times each other one, amortised or not: "
        "3 x 2 pairs, twice; at the last of the two dates.",
        asked={"demands": (demand("zone_gap", 0.05, "irm_1_5t"),), "step_dates": TWO},
        kept=("irm_1_5t",),
    ),
    "sector_ceiling": Golden(
        "No price of a CT above 60 EUR, reduced ones as well, at the last of the two dates.",
        asked={"demands": (demand("sector_ceiling", 60, "scanner"),), "step_dates": TWO},
    ),
    "neutrality": Golden(
        "One CT, 6 000 acts, 538 320 EUR at 89.72: from 0.97 x 538 320 = 522 170.40 to "
        "1.03 x 538 320 = 554 469.60.",
        asked={"demands": (demand("neutrality", 0.03),)},
    ),
    "class_floor": Golden(
        "Two CTs of 6 000 acts, the second amortised (71.76 an act: 430 560 EUR), counted twice: "
        "6 000 f + 12 000 a is at least 0.9 x (498 325.55 + 2 x 404 055.19) = 1 175 792.34, which "
        "is less than the 538 320 + 861 120 of today.",
        machines=({"acts_billed": 6_000},
                  {"acts_billed": 6_000, "installed_on": LONG_AGO, "weight": 2}),
        asked={"floor_share_of_cost": {"scanner": 0.9}},
    ),
    "machine_floor": Golden(
        "Two CTs, 6 000 and 9 000 acts (6 500 full, 2 500 reduced): 0.9 of the cost for all but a "
        "quarter of them. 0.9 x 498 325.55 = 448 493.00 and 0.9 x 626 255.16 = 563 629.65. At the "
        "lowest prices, 67.29 and 45, they are paid 403 740 and 549 885: short by 44 753.00 and "
        "13 744.65. At most 0.25 x 2 = 0.5 of them below.",
        machines=PAIR,
        asked={"demands": (demand("machine_floor", 0.9, level=0.25),)},
    ),
    "machines_below": Golden(
        "Two CTs, 6 000 and 9 000 acts, both above their costs of 498 325.55 and 626 255.16 today "
        "(538 320, 733 180). At the lowest prices, 0.6 x 89.72 = 53.832 and 36, they are paid "
        "322 992 and 439 908: short by 175 333.55 and 186 347.16. At most 0.5 x 2 = 1 below.",
        machines=PAIR,
        asked={"demands": (demand("machines_below", 0.5),), "largest_cut_per_step": 0.4},
    ),
    "acts_below": Golden(
        "As machines_below, but each counts for its acts: at most 0.5 x 15 000 = 7 500 of them, "
        "so not the machine of 9 000.",
        machines=PAIR,
        asked={"demands": (demand("acts_below", 0.5),), "largest_cut_per_step": 0.4},
    ),
    "sole_machine": Golden(
        "Four CTs, alone on their sites but for the last two. 6 000 acts: 1.05 x 498 325.55 = "
        "523 241.83, less than the 538 320 of today. 3 000 acts: 269 160 today, below "
        "1.05 x 370 395.94 already: nothing less.",
        machines=({"acts_billed": 6_000, "site_id": "a"}, {"acts_billed": 3_000, "site_id": "b"},
                  {"acts_billed": 5_000, "site_id": "c"}, {"acts_billed": 5_000, "site_id": "c"}),
        asked={"demands": (demand("sole_machine", 0.05),)},
    ),
}  # fmt: skip


def text_of(constraint: str) -> str:
    """The LP text of a constraint, its notes first."""
    golden = GOLDEN[constraint]
    case = case_of(*golden.machines, **golden.asked)
    build, _ = begun(demanded_of(case))
    cells = case.reference.schedule.cells * len(case.scenario.rules.step_dates)
    other = np.array([cell.class_code not in golden.kept for cell in cells])
    blocks = [_among(b, other) for b in build.blocks if b.constraint == constraint]
    words = [f"\\ {line}" for line in _lines(golden.notes)]
    return "\n".join(words) + "\n" + lp_text(build.columns, blocks, np.zeros(build.width))


def _among(block: Block, other: np.ndarray[Any, Any]) -> Block:
    """The rows that rest on no price of other classes."""
    touched = block.matrix[:, : len(other)] @ other.astype(float) != 0
    touched |= abs(block.matrix[:, : len(other)]) @ other.astype(float) > 0
    mine = np.flatnonzero(~touched)
    return replace(
        block, matrix=block.matrix[mine], low=block.low[mine], high=block.high[mine],
        names=tuple(block.names[i] for i in mine),
    )  # fmt: skip


def _lines(words: str, width: int = 96) -> list[str]:
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in GOLDEN:
        (FOLDER / f"{name}.lp").write_text(text_of(name), encoding="utf-8")

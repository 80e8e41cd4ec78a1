"""Drawn fleets and demands of a schedule, for Hypothesis; few examples, since each is solved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from costing.case.case import Case, make_case
from tests.optimise.small import JULY, STEP, demand
from tests.shared import examples


def few(count: int) -> settings:
    return examples(
        count,
        suppress_health_check=[HealthCheck.too_slow],
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink takes minutes
    )


CLASSES = ("*", "scanner", "irm", "irm_1_5t", "tep_tdm", "tep")
PARTS = (*CLASSES, "Bretagne", "liberal", "public")


def one_of(*choices: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(choices)


MACHINE = st.fixed_dictionaries(
    {
        "class": one_of("scanner", "irm_1_5t", "irm_gt_1_5t", "tep_tdm"),
        "acts_billed": st.integers(800, 14_000),
        "acts_inpatient": one_of(0, 0, 1_500),
        "installed_on": one_of("2015-03-01", "2019-06-01", "2023-01-01"),
        "weight": one_of(1, 1, 2.5),
        "zone,region": one_of(
            ("paris", "Île-de-France"),
            ("region_parisienne", "Île-de-France"),
            ("province", "Bretagne"),
        ),
        "sector": one_of("liberal", "public"),
        "site_id": one_of("a", "b"),
        "rank_on_authorisation": one_of(1, 1, 2),
    }
)
#: What each constraint may be asked: of whom, its numbers, its second numbers.
ASKED: dict[str, tuple[tuple[str, ...], tuple[float, ...], tuple[float | None, ...]]] = {
    "step_cut": (CLASSES, (0.05, 0.1, 0.3, 0.6), (None,)),
    "total_cut": (CLASSES, (0.1, 0.2, 0.3), (None,)),
    "phased_cut": (CLASSES, (0.1, 0.2, 0.3), (None,)),
    "rise_below_cost": (CLASSES, (0.8, 1.0, 1.5), (None,)),
    "zone_gap": (CLASSES, (0.0, 0.05, 0.3), (None,)),
    "sector_ceiling": (CLASSES, (120.0, 160.0, 900.0), (None,)),
    "neutrality": (PARTS, (0.03, 0.1, 0.2), (None, 0.2, -0.2)),
    "machine_floor": (PARTS, (0.5, 0.8, 1.0), (None, 0.0, 0.34, 0.5)),
    "machines_below": (PARTS, (0.0, 0.2, 0.5), (None,)),
    "acts_below": (PARTS, (0.0, 0.2, 0.5), (None,)),
    "sole_machine": (PARTS, (0.0, 0.1, -0.1), (None,)),
}


@st.composite
def demands(
    draw: st.DrawFn, but: tuple[str, ...] = (), most: int = 3, least: int = 0
) -> tuple[Any, ...]:
    """Some demands of the menu, no two alike."""
    found = {}
    names = one_of(*(name for name in ASKED if name not in but))
    for name in draw(st.lists(names, min_size=least, max_size=most)):
        scopes, values, levels = ASKED[name]
        scope = draw(one_of(*scopes))
        found[name, scope] = demand(name, draw(one_of(*values)), scope, draw(one_of(*levels)))
    return tuple(found.values())


@st.composite
def rules(draw: st.DrawFn, but: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "largest_cut_per_step": draw(one_of(0.1, 0.25, 0.5)),
        **{
            name: draw(st.booleans())
            for name in ("no_rise", "degressive", "amortised_not_above", "zones_in_order")
        },
        "demands": draw(demands(but)),
        "step_dates": draw(
            one_of((STEP,), (STEP, JULY), (dt.date(2026, 3, 1), STEP), (dt.date(2026, 12, 1),))
        ),
        "return_on_cost": draw(one_of(0.0, 0.1)),
        "floor_share_of_cost": draw(one_of({}, {}, {"scanner": 0.9}, {"irm_1_5t": 1.1})),
    }


@st.composite
def machines(draw: st.DrawFn, most: int = 5) -> list[dict[str, Any]]:
    found = []
    for drawn in draw(st.lists(MACHINE, min_size=1, max_size=most)):
        zone, region = drawn["zone,region"]
        row = {key: value for key, value in drawn.items() if key != "zone,region"}
        if row["class"] == "tep_tdm":
            row["acts_billed"] //= 4
        found.append({**row, "zone": zone, "region": region})
    return found


def with_target(case: Case, target: float) -> Case:
    demanded = case.scenario.savings.model_copy(update={"target_eur": target})
    return make_case(case.base, case.scenario.model_copy(update={"savings": demanded}))

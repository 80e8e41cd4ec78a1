"""A frontier in words: where savings become dear, on curves worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from costing.case.case import make_case
from costing.optimise.frontier import SAVINGS, Frontier, Point
from costing.scenario.scenario import Scenario
from costing.ui.schedule import frontier_words
from tests.shared import REFERENCE

CASE = make_case(REFERENCE, Scenario())
NAN = float("nan")


def curve(*points: tuple[float, float, float], against: str = "loss", **more: str) -> Frontier:
    """A frontier through points of level, value and slope."""
    found = tuple(
        Point(level, value, slope, level, value, 0.1, np.zeros(1)) for level, value, slope in points
    )
    return Frontier(CASE, more.get("measure", SAVINGS), against, found, stopped=False)


def told(found: Frontier) -> str:
    return " ".join(frontier_words.reading(found)).replace("\u202f", " ")


def test_the_marks_are_told_by_the_points_around_them() -> None:
    found = curve((100e6, 0, 0.0), (200e6, 5e6, 0.08), (300e6, 25e6, 0.3), (400e6, 90e6, 0.9))
    words = told(found)
    assert "« économies cumulées » va de 100,0 M€ à 400,0 M€" in words
    assert "passe 10 centimes entre 200,0 M€ et 300,0 M€" in words
    assert "passe 50 centimes entre 300,0 M€ et 400,0 M€" in words


def test_a_mark_never_reached_or_passed_at_once_is_told() -> None:
    assert "dépasse 10 centimes dès le premier point et n'atteint pas 50 centimes" in told(
        curve((1e6, 0, 0.2), (2e6, 3e5, 0.4))
    )
    assert "coûte au plus 3,0 centimes" in told(curve((1e6, 0, 0.01), (2e6, 3e4, 0.03)))


def test_without_prices_the_mean_from_a_point_to_the_next_stands_in() -> None:
    found = curve((100e6, 0, NAN), (200e6, 5e6, NAN), (300e6, 30e6, NAN))
    assert frontier_words.prices(found) == pytest.approx([0, 0.05, 0.25])
    assert "passe 10 centimes entre 200,0 M€ et 300,0 M€" in told(found)
    assert frontier_words.slope_words(found, found.points[0]) == "—"


def test_other_measures_are_told_by_halves_in_their_unit() -> None:
    found = curve(
        (100e6, 0.01, 1e-10), (200e6, 0.035, 4e-10), (300e6, 0.1, 9e-10), against="smooth"
    )
    words = told(found)
    assert "va au mieux de 1,00 % à 10,00 %" in words
    assert "La première moitié du chemin coûte +2,5 points, la seconde +6,5 points" in words
    assert frontier_words.slope_title(found) == "Prix de 1 M€ de plus"
    assert frontier_words.slope_words(found, found.points[1]) == "0,04 point"


def test_between_two_objectives_a_step_is_one_less() -> None:
    found = curve((3e6, 1e6, 0.5), (2e6, 2e6, 1.5), measure="largest_loss")
    assert frontier_words.slope_title(found) == "Prix de 1 M€ de moins"
    assert frontier_words.slope_words(found, found.points[1]) == "1,5 M€"


def test_measures_that_are_best_together_have_no_curve() -> None:
    assert frontier_words.flat(curve((0.0, 0, 0), (1e-10, 0, 0), measure="largest_loss"))
    assert frontier_words.flat(curve((9e8, 0, 0), (9e8 + 0.1, 0, 0)))
    assert not frontier_words.flat(curve((9e8, 0, 0), (9.1e8, 0, 0)))


@pytest.mark.parametrize(
    ("price", "words"),
    [(0.0, "0,0 centime"), (4e-4, "moins de 0,1 centime"), (0.012, "1,2 centime"),
     (0.132, "13,2 centimes"), (1.0, "1,00 €")],
)  # fmt: skip
def test_a_price_is_told_in_centimes(price: float, words: str) -> None:
    assert frontier_words.cents(price) == words

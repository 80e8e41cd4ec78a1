"""How a benchmark measures, and the row that it gives."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: ours against a peer or a limit, in one unit.

    An infinite target is none: the line is for information.
    """

    what: str
    ours: float
    peer: float
    peer_name: str
    target: float
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """Ours over the peer's."""
        return self.ours / self.peer

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        target = f"<= {self.target:.3g}" if math.isfinite(self.target) else ""
        verdict = ("ok" if self.ratio <= self.target else "MISSED") if target else ""
        return (
            self.what,
            f"{self.ours:.3g} {self.unit}",
            f"{self.peer:.3g} {self.unit} ({self.peer_name})",
            f"{self.ratio:.2f}",
            target,
            verdict,
        )


def side_by_side(
    ours: Callable[[], object], peer: Callable[[], object], runs: int = 7
) -> tuple[float, float]:
    """Best times in seconds of two calls run in turn, so that both see the same machine."""
    best = [float("inf"), float("inf")]
    for _ in range(runs):
        for which, call in enumerate((ours, peer)):
            start = time.perf_counter()
            call()
            best[which] = min(best[which], time.perf_counter() - start)
    return best[0], best[1]

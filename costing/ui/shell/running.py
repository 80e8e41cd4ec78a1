"""A long computation on screen: how far it is, and a button that gives it up.

Any click asks Streamlit for another run, and the run under way ends at its next call to the screen:
the bar's own, inside the computation, whose solver stops with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from costing.run.progress import Progress
from costing.ui.shell import state

_GIVEN_UP = "Calcul abandonné."


@contextmanager
def running(name: str, first: str = "Préparation") -> Iterator[Progress]:
    """What the computation is to tell; the bar and its button stand until it ends, however it does.

    name: tells the computations of one page apart.
    """
    place = st.empty()
    with place.container():
        left, right = st.columns([6, 1], vertical_alignment="center")
        bar = left.progress(0.0, first)
        right.button("Annuler", key=f"give-up-{name}", on_click=_say, width="stretch")
    furthest = 0.0

    def tell(share: float, words: str) -> None:
        # A solver that only says that it is still there gives no share: the bar never goes back.
        nonlocal furthest
        furthest = min(1.0, max(furthest, share))
        bar.progress(furthest, words)

    try:
        yield tell
    finally:
        place.empty()


def _say() -> None:
    state.workspace().notices.append(("info", _GIVEN_UP))

"""Which view of the page « Barème » is open, and that a proposal is to be computed there."""

from __future__ import annotations

from typing import Any

import streamlit as st

PROPOSE, FRONTIER, EVALUATE = "Proposer", "Frontière", "Évaluer un barème"
#: Key of the tabs; also the parameter of the address bar.
KEY = "vue"
_ASKED = "schedule-asked"


def tabs() -> Any:
    """The three views; only what is heavy asks whether its own is open."""
    return st.tabs([PROPOSE, FRONTIER, EVALUATE], key=KEY, bind="query-params")


def propose() -> None:
    """Open the first view at the next run, and have the draft's schedule computed there."""
    st.session_state[KEY] = PROPOSE
    st.session_state[_ASKED] = True


def asked() -> bool:
    """Whether another view asked for the draft's schedule; said once."""
    return bool(st.session_state.pop(_ASKED, False))

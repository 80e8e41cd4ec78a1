"""The fields that choose a machine of a class: what it is, its state, its acts typed in French."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from costing.case import labels
from costing.fee.schedule import AMORTISATION, MOST_ACTS
from costing.reference.reference import Reference
from costing.ui.parts import figures, wording


def machine_fields(
    reference: Reference, boxes: Sequence[DeltaGenerator], key: str, help_: str
) -> tuple[str, float, str]:
    """Class, yearly acts and amortisation, in three boxes; `key` sets the widgets of a page apart.

    Acts that cannot be read are told in words, and the class's reference activity stands in.
    """
    codes = list(reference.classes)
    code = boxes[0].selectbox(
        "Classe", codes, codes.index("irm_1_5t") if "irm_1_5t" in codes else 0,
        format_func=lambda c: labels.scope_name(reference, c),
        key=f"{key}-class", persist_state="session",
    )  # fmt: skip
    amortisation = boxes[1].selectbox(
        "Appareil", AMORTISATION, format_func=labels.AMORTISATION.__getitem__,
        key=f"{key}-amortisation", persist_state="session",
    )  # fmt: skip
    usual = reference.classes[code].limits[0]
    with boxes[2]:
        text = st.text_input(
            "Actes par an", figures.plain(usual), key=f"{key}-acts-{code}",
            persist_state="session", help=help_,
        )  # fmt: skip
        try:
            acts = figures.within(text, "actes / an", 1, MOST_ACTS)
        except ValueError as error:
            st.error(wording.literal(f"Actes par an : {str(error).strip()}."))
            acts = usual
    return code, acts, amortisation

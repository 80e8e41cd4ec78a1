"""The plain form that changes one value: for the keyboard, for screen readers, for care."""

from __future__ import annotations

import streamlit as st

from costing.case import labels
from costing.case.case import Case
from costing.language.units import is_money
from costing.problems.errors import CostingError
from costing.reference.reference import Reference
from costing.ui.assumptions import elicitation as elicitation_form
from costing.ui.assumptions import values
from costing.ui.parts import figures, unavailable_words, wording
from costing.ui.shell import cache, state
from costing.ui.shell.adopt import signed

#: The parameter of the address bar that keeps the value being changed.
_ADDRESS = "valeur"
#: The value that a first visit opens on: the class that « Coût et tarif » opens on.
_FIRST = "irm.purchase_price.irm_1_5t"


def section(case: Case) -> None:
    """Choose a value, change it, say why; try it or save it."""
    reference = cache.reference()
    address = _chosen(reference, case.reference)
    row = values.find(reference, case.reference, address)
    st.caption(_situation(row))
    if lacking := unavailable_words.by_address(state.workspace().draft).get(address):
        st.caption(
            f"{unavailable_words.MARK} **{wording.literal(lacking)}** La changer retire cette "
            "déclaration."
        )
    version = state.workspace().version
    texts, key = row.texts(reference), f"{address}-{version}"
    with st.form(f"value-{address}-{version}", border=False, enter_to_submit=False):
        typed = _fields(row, texts, key)
        reason = st.text_input("Pourquoi", key=f"why-{address}-{version}")
        keep, test, reset = st.columns(3)
        pressed = {
            "save": keep.form_submit_button("Enregistrer", type="primary", width="stretch"),
            "try": test.form_submit_button(
                "Essayer", width="stretch", help="Montre l'effet sans rien enregistrer."
            ),
            "reset": reset.form_submit_button(
                "Rétablir la référence", width="stretch", disabled=not row.modified
            ),
        }
    if any(pressed.values()):
        _submit(next(k for k, v in pressed.items() if v), row, typed, reason.strip())
    elicitation_form.section(row, texts, key)


def _fields(row: values.Row, texts: dict[str, str], key: str) -> dict[str, str]:
    """The fields of a value; what they hold."""
    unit = figures.unit_label(row.parameter.unit)
    fixed = row.parameter.distribution == "fixed"
    titles = {"low": "Bas", "mode": "Mode", "high": "Haut"}
    for name in values.NUMBERS:  # in the session, not as defaults: a button elsewhere fills them
        st.session_state.setdefault(f"{name}-{key}", texts[name])
    typed = {
        name: box.text_input(
            f"{titles[name]} ({unit})",
            key=f"{name}-{key}",
            disabled=fixed and name != "mode",
        )
        for name, box in zip(values.NUMBERS, st.columns(3), strict=True)
    }
    left, right = st.columns([2, 1])
    typed["source"] = left.text_input(
        "Source",
        texts["source"],
        key=f"source-{key}",
        help="Si vous changez un nombre sans changer la source, elle devient "
        f"« {values.NEW_SOURCE} », de grade D.",
    )
    grades = list(wording.GRADES.values())
    typed["grade"] = right.selectbox(
        "Grade", grades, grades.index(texts["grade"]), key=f"grade-{key}", help=wording.GRADE_HELP
    )
    if is_money(row.parameter.unit):
        vats = [label for code, label in wording.VAT.items() if code]
        typed["vat"] = st.radio(
            "TVA", vats, vats.index(texts["vat"]), horizontal=True, key=f"vat-{key}"
        )
    return typed


def _chosen(reference: Reference, applied: Reference) -> str:
    """The address of the value to change."""
    addresses = values.addresses(reference, applied)
    order = [*reference.models, *(f for f in reference.files if f not in reference.models)]
    addresses.sort(key=lambda a: order.index(a.split(".")[0]))

    def label(address: str) -> str:
        group = labels.file_name(reference, address.split(".", maxsplit=1)[0])
        return f"{group} · {labels.address_name(reference, address)}"

    prices = [a for a, _, _ in reference.values() if ".purchase_price." in a]
    first = _FIRST if _FIRST in prices else [*prices, *addresses][0]
    if "form-value" not in st.session_state:
        _install(st.query_params.get(_ADDRESS, ""), addresses, first, reference)
    address = st.selectbox("Valeur", addresses, format_func=label, key="form-value",
                             persist_state="session")  # fmt: skip
    file, name, scope = address.split(".")
    scopes = [scope]
    if file in reference.models and scope not in reference.models[file].classes:
        scopes += list(reference.models[file].classes)
    chosen = st.selectbox(
        "Vaut pour", scopes, format_func=lambda code: labels.scope_name(reference, code),
        key=f"form-scope-{address}",
        help="Une valeur commune peut être précisée pour une seule classe.",
    )  # fmt: skip
    scoped_address = f"{file}.{name}.{chosen}"
    if scoped_address != first:
        st.query_params[_ADDRESS] = scoped_address
    elif _ADDRESS in st.query_params:
        del st.query_params[_ADDRESS]
    return scoped_address


def _install(wanted: str, addresses: list[str], first: str, reference: Reference) -> None:
    """Choose the value that the address bar names, else the first one of the reference."""
    chosen, scope = first, ""
    if wanted in addresses:
        chosen = wanted
    elif wanted.count(".") == 2:
        file, name, scope = wanted.split(".")
        wider = [f"{file}.{name}.{file}", f"{file}.{name}.*"]
        inside = file in reference.models and scope in reference.models[file].classes
        chosen = next((a for a in wider if inside and a in addresses), first)
    st.session_state["form-value"] = chosen
    if scope and chosen != first:
        st.session_state[f"form-scope-{chosen}"] = scope


def _situation(row: values.Row) -> str:
    first, unit = row.original, row.parameter.unit
    bounds = "" if first.low is None else (
        f", de {figures.with_unit(first.low, unit)} à {figures.with_unit(first.high, unit)}"
    )  # fmt: skip
    words = f"Référence : {figures.with_unit(first.mode, unit)}{bounds} · grade {first.grade}"
    if row.modified:
        words += f" · modifiée par {row.value.changed_by or 'vous (brouillon)'}"
    return f"{words}. {first.note}"


def _submit(action: str, row: values.Row, typed: dict[str, str], reason: str) -> None:
    here, reference = state.workspace(), cache.reference()
    applied = cache.case(here.draft).reference
    author = signed(reason) if action == "save" else ""
    if action == "save" and not author:
        return
    try:
        if action == "reset":
            state.edit(here.draft.without_override(row.address))
        else:
            state.edit(values.edited(reference, applied, here.draft, row.address, typed, reason))
    except (ValueError, CostingError) as error:
        st.error(f"{row.parameter.label.fr} — {wording.literal(values.refusal(error, row))}")
        return
    here.typed.pop(row.address, None)
    if action == "save" and here.dirty:
        state.save(author, reason)
    st.rerun()

"""Result tables as plain HTML: readable by a screen reader, printable, numbers aligned right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

import streamlit as st

_STYLE = """
<style>
.block-container, [data-testid="stMainBlockContainer"] {padding: 2.2rem 3rem 3rem 3rem;
  max-width: 1560px}
h1 {font-size: 1.9rem !important; letter-spacing: -.01em; padding-bottom: .2rem !important}
h2 {font-size: 1.3rem !important; padding-top: 1.1rem !important; border-top: 2px solid #1B365D}
h3 {font-size: 1.05rem !important; padding-bottom: .2rem !important}
.c-lead {color: #4A5362; max-width: 62rem; margin: 0 0 .4rem 0}
.c-wrap {overflow-x: auto; margin: .1rem 0 .5rem 0}
.c-wrap.tall {max-height: 34rem; overflow-y: auto; border-bottom: 1px solid #CBD2DC}
.c-wrap.tall thead th {position: sticky; top: 0; z-index: 1}
table.c {border-collapse: collapse; width: 100%; font-size: .86rem; line-height: 1.3;
  font-variant-numeric: tabular-nums lining-nums}
table.c caption {text-align: left; font-weight: 600; padding: .15rem 0 .3rem 0; caption-side: top;
  color: #1B1F27}
table.c th {text-align: left; font-weight: 600; background: #E9EDF3; border-top: 1px solid #1B365D;
  border-bottom: 1px solid #1B365D; padding: .3rem .55rem; vertical-align: bottom}
table.c td {padding: .26rem .55rem; border-bottom: 1px solid #E1E5EB; vertical-align: top}
table.c td.n {text-align: right; white-space: nowrap}
table.c th.n {text-align: right}
table.c.wide td:first-child, table.c.wide th:first-child {position: sticky; left: 0;
  min-width: 10.5rem}
table.c.wide td:first-child {background: #FFFFFF}
table.c tr.total td, table.c.wide tr.total td:first-child {font-weight: 600;
  border-top: 1px solid #1B365D; background: #F4F6F9}
table.c tr.group td {font-weight: 600; background: #F4F6F9; border-top: 1px solid #9AA6B8}
.c-note {color: #4A5362; font-size: .84rem; margin: .1rem 0 .6rem 0; max-width: 68rem}
.c-d {white-space: nowrap; color: #8A2B0B; font-weight: 600}
dl.c-side {margin: 0; padding: 0; font-size: .86rem; line-height: 1.4}
.c-side dt {color: #4A5362; font-size: .78rem; margin-top: .4rem}
.c-side dd {margin: 0; padding: 0}
.c-side code {background: none; padding: 0; color: #1B1F27; font-size: .82rem}
[data-testid="stSidebarContent"] [data-testid="stVerticalBlock"] {gap: .6rem}
[data-testid="stMetric"] {border-left: 3px solid #1B365D; padding: .1rem 0 .1rem .7rem}
[data-testid="stMetricLabel"] p {font-size: .84rem; color: #4A5362}
[data-testid="stMetricLabel"], [data-testid="stMetricLabel"] * {white-space: normal !important;
  overflow: visible !important}
/* Two columns that stand one above the other where the window is narrow. */
[class*="st-key-pair-"] [data-testid="stHorizontalBlock"] {flex-wrap: wrap; row-gap: .4rem}
[class*="st-key-pair-"] [data-testid="stColumn"] {min-width: 26rem}
[data-testid="InputInstructions"] {display: none}
[data-testid="stFileUploaderDropzone"] button p {font-size: 0}
[data-testid="stFileUploaderDropzone"] button p::after {
  content: "Choisir un fichier"; font-size: .93rem}
[data-testid="stFileUploaderDropzoneInstructions"] {display: none}
/* What is not saved stays in sight at the foot of the window, and moves nothing on the page. */
[data-testid="stLayoutWrapper"]:has(> .st-key-bar) {position: sticky; bottom: 0; z-index: 90}
.st-key-bar {max-height: 70vh; overflow-y: auto}
/* The views of a page are its first choice: read as such. */
.st-key-vue [role=tab] p {font-size: 1.1rem; font-weight: 600}
.st-key-vue [role=tab] {padding: 0 .3rem}
/* The grid's toolbar stands above it, in room of its own, not over a heading. */
[data-testid="stElementContainer"]:has([data-testid="stDataFrame"]) {padding-top: 2.2rem;
  box-sizing: content-box}
.st-key-bar > div {background: #FFFFFF}
.st-key-pending, .st-key-conflict {border-top: 3px solid #B4490E !important; background: #FFFBF5;
  padding: .35rem 1rem !important; box-shadow: 0 -4px 14px rgba(27,31,39,.12)}
</style>
"""


_GLUED = re.compile(r" (?=[%;:!?»€]|M€)|(?<=«) ")


class Column(NamedTuple):
    """A heading, and whether its cells are numbers."""

    title: str
    numeric: bool = True


def text(title: str) -> Column:
    """A column of words."""
    return Column(title, numeric=False)


def style() -> None:
    """The sheet that every page needs."""
    st.html(_STYLE)
    # Streamlit says its pages are in English; a screen reader would read French with that voice.
    st.html("<script>document.documentElement.lang = 'fr'</script>", unsafe_allow_javascript=True)


def lead(words: str) -> None:
    """What a page or section is for, under its title."""
    st.html(f'<p class="c-lead">{escape(glued(words))}</p>')


def note(words: str) -> None:
    """A remark under a table or chart."""
    st.html(f'<p class="c-note">{escape(glued(words))}</p>')


def glued(words: str) -> str:
    """A text whose double signs and units stay on the line of the word before them."""
    return _GLUED.sub("\N{NO-BREAK SPACE}", words)


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    caption: str = "",
    total: int | None = None,
    groups: frozenset[int] = frozenset(),
    tall: bool = False,
    wide: bool = False,
) -> None:
    """A table of cells already written as text.

    `total` is the index of a row set as a total (negative from the end), `groups` those of rows
    that head others, `tall` gives it its own scroll bar, `wide` keeps its first column in sight
    when it is wider than the window.
    """
    st.html(render(columns, list(rows), caption, total, groups, tall, wide))


def render(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    caption: str = "",
    total: int | None = None,
    groups: frozenset[int] = frozenset(),
    tall: bool = False,
    wide: bool = False,
) -> str:
    """The HTML of `table`; every text is escaped."""
    last = None if total is None else total % max(len(rows), 1)
    head = "".join(_cell("th", c.title, c.numeric, ' scope="col"') for c in columns)
    body = []
    for index, row in enumerate(rows):
        kind = ' class="total"' if index == last else ' class="group"' if index in groups else ""
        cells = "".join(_cell("td", v, c.numeric) for v, c in zip(row, columns, strict=True))
        body.append(f"<tr{kind}>{cells}</tr>")
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    wrap, kind = "c-wrap" + " tall" * tall, "c" + " wide" * wide
    return (
        f'<div class="{wrap}"><table class="{kind}">{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _cell(tag: str, value: str, numeric: bool, attributes: str = "") -> str:
    kind = ' class="n"' if numeric else ' class="c-d"' if value.startswith("D ▲") else ""
    # A number's cell never breaks.
    words = value if numeric and tag == "td" else glued(value)
    return f"<{tag}{kind}{attributes}>{escape(words)}</{tag}>"

"""Tables and progress, as a terminal or a pipe takes them.

rich lays out and colours; it is imported when there is something to show. Colours and progress are
for terminals; in a pipe, a table has its natural width, whatever the width of anything.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TextIO

import click

from costing.cli.characters import as_shown
from costing.run.progress import Progress, silent

if TYPE_CHECKING:
    from rich.console import Console

_GAP = 2
_JUSTIFY: dict[str, Literal["left", "center", "right"]] = {
    "p": "left", "l": "left", "c": "center", "r": "right",
}  # fmt: skip
#: Cells that say whether something holds.
_VERDICTS = {
    "✓": "green", "≠ expliqué": "yellow", "✗ sans raison": "red",
    "atteinte": "green", "manquée": "red",
}  # fmt: skip


def print_table(
    layout: str,
    rows: Iterable[Sequence[str] | str],
    heads: Sequence[str] | None = None,
    *,
    total: bool = False,
) -> None:
    """Rows under one another on standard output.

    `layout` has one letter a column, as in LaTeX: `l`, `c` and `r` for what stays on one line, `p`
    for words that take several on a narrow terminal. A row that is one text runs across. With
    `total`, the last row is one.
    """
    lines = [*([heads] if heads else []), *rows]
    widths = _widths(layout, [line for line in lines if not isinstance(line, str)])
    printed: list[str] = []
    for line in lines:
        if isinstance(line, str):
            printed.append(line)
        else:
            strong = line is heads or (total and line is lines[-1])
            printed += _laid_out(line, layout, widths, "bold" if strong else "")
    click.echo("\n".join(printed))


def _laid_out(row: Sequence[str], layout: str, widths: Sequence[int], style: str) -> list[str]:
    """The printed lines of a row."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, _GAP, 0, 0))
    for letter, width in zip(layout, widths, strict=True):
        grid.add_column(justify=_JUSTIFY[letter], width=width)
    cells = [Text(as_shown(cell), _VERDICTS.get(cell, ""), overflow="fold") for cell in row]
    grid.add_row(*cells, style=style)
    # click writes, and knows every kind of Windows: rich only lays out.
    text, room = io.StringIO(), sum(widths) + _GAP * len(widths)
    _console(_is_terminal(sys.stdout), file=text, width=room, legacy_windows=False).print(grid)
    return [line.rstrip(" ") for line in text.getvalue().removesuffix("\n").split("\n")]


def _widths(layout: str, rows: Sequence[Sequence[str]]) -> list[int]:
    """The width of each column: its longest cell; on a terminal `p` takes what the others leave.

    Never less than its longest word: a terminal still narrower breaks the lines itself.
    """
    from rich.cells import cell_len

    columns = [[as_shown(cell) for cell in column] for column in zip(*rows, strict=True)]
    widths = [max(1, *map(cell_len, column)) for column in columns]
    if "p" in layout and _is_terminal(sys.stdout):
        from shutil import get_terminal_size

        text_column = layout.index("p")
        spare = get_terminal_size().columns - sum(widths) - _GAP * (len(widths) - 1)
        lengths = [cell_len(word) for cell in columns[text_column] for word in cell.split()]
        widths[text_column] = max([*lengths, 1, widths[text_column] + min(spare, 0)])
    return widths


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A progress bar on standard error, when that is a terminal."""
    if not _is_terminal(sys.stderr):
        yield silent
        return
    from rich import progress as bars

    with bars.Progress(
        bars.TextColumn("{task.description}", markup=False),
        bars.BarColumn(), bars.TaskProgressColumn(), bars.TimeRemainingColumn(),
        console=_console(True, file=sys.stderr), transient=True,
        redirect_stdout=False, redirect_stderr=False,
    ) as bar:  # fmt: skip
        task = bar.add_task(label, total=1.0)

        def tell(share: float, words: str) -> None:
            furthest = max(share, bar.tasks[task].completed)
            bar.update(task, completed=furthest, description=words)

        yield tell


def _console(terminal: bool, **options: Any) -> Console:
    """Rich's, without colours in a pipe, nor for who asks for none (NO_COLOR)."""
    from rich.console import Console

    plain = os.environ.get("NO_COLOR") or not terminal
    return Console(
        force_terminal=terminal, color_system=None if plain else "auto",
        markup=False, emoji=False, highlight=False, **options,
    )  # fmt: skip


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()

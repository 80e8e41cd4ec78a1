"""The command line: `costing COMMAND`. Thin: each command calls the library and prints.

Exit codes: 0 done; 2 bad input, each problem with its place; 3 no feasible schedule; 1 a fault of
the program. With `--json`, one JSON object on standard output and nothing else there.

One module for each family of commands. They import what is slow inside the command, so that
`costing revenue` starts quickly.
"""

from __future__ import annotations

from typing import Any

import click

from costing.cli.analysis import replicate, sensitivity
from costing.cli.annex import annex
from costing.cli.app import app
from costing.cli.bridge import bridge
from costing.cli.characters import prepare_streams
from costing.cli.claim import claim
from costing.cli.elicit import elicit
from costing.cli.evaluate import evaluate
from costing.cli.fee import compare, cost, revenue
from costing.cli.fleet import fleet
from costing.cli.menu import menu
from costing.cli.optimise import frontier, optimise
from costing.cli.schedule import export, import_, template
from costing.cli.verify import verify

__all__ = ["main"]


class _Commands(click.Group):
    """The commands, whatever the output can show."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        prepare_streams()
        return super().main(*args, **kwargs)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="costing")
def main() -> None:
    """What a CT, MRI or PET act costs, what its technical fee pays, and which schedule saves."""


for _command in (
    revenue, cost, compare, claim, sensitivity, bridge, elicit, replicate, optimise, evaluate,
    frontier, menu, import_, fleet, export, verify, annex, template, app,
):  # fmt: skip
    main.add_command(_command)

"""`make bench`: run every benchmark and print one table."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks
from benchmarks.measure import Row


def main() -> int:
    """Print the table; the exit code is 1 when a target is missed."""
    rows: list[Row] = []
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if module.name.startswith("bench_"):
            print(f"… {module.name}", file=sys.stderr)
            rows += importlib.import_module(f"benchmarks.{module.name}").run()
    header = ("what", "ours", "peer or limit", "ratio", "target", "")
    table = [header, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(header))]
    for line in table:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)))
    return int(any(row.ratio > row.target for row in rows))


if __name__ == "__main__":
    sys.exit(main())

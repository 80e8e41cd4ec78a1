"""The command line must be quick to start: `costing revenue` against `import pandas`."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measure import Row, side_by_side


def run() -> list[Row]:
    """Whole processes, Python's own start included on both sides."""
    command = [
        sys.executable, "-m", "costing.cli", "revenue", "irm_1_5t", "--acts", "8000",
        "--date", "2024-06-01", "--json",
    ]  # fmt: skip
    ours, peer = side_by_side(
        lambda: subprocess.run(command, check=True, capture_output=True),
        lambda: subprocess.run([sys.executable, "-c", "import pandas"], check=True),
    )
    return [Row("costing revenue, whole process", ours, peer, "python -c 'import pandas'", 1.5)]

"""`make mutants`: how many mutants of the arithmetic its own tests kill, and which survive.

Each mutant meets the tests of its module, those worked out by hand first, in a fork that reads it
instead of the file: nothing is written, and the system must fork (not Windows).
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import math
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from benchmarks.mutants import mutants

#: Module → the tests that are its own.
MODULES: dict[str, tuple[str, ...]] = {
    "costing/language/capital.py": ("tests/language/test_capital.py",),
    "costing/language/formula.py": ("tests/language/test_formula.py",),
    "costing/fee/schedule.py": ("tests/fee/test_schedule.py", "tests/fee/test_reforms.py"),
    "costing/case/costs.py": ("tests/case/test_costs.py",),
    "costing/fleet/projection.py": ("tests/fleet/test_projection.py",),
    "costing/optimise/rounding.py": (
        "tests/optimise/test_rounding.py",
        "tests/optimise/test_proposal.py",
        "tests/optimise/test_cost_rules.py",
        "tests/optimise/test_laws.py::test_prices_that_could_not_be_rounded_are_no_answer",
        "tests/optimise/test_against_scipy.py::test_rounded_prices_keep_every_demand",
    ),
    "costing/analysis/uncertainty/distributions.py": (
        "tests/analysis/uncertainty/test_distributions.py",
    ),
    "costing/analysis/bridge/shapley.py": ("tests/analysis/bridge/test_shapley.py",),
}
#: Imported once, before the forks; never the project itself.
_PRELOADED = ("highspy", "pandas", "pulp", "pydantic", "scipy.optimize", "scipy.stats", "sympy")
_TIMES = 5  # a mutant may take this many times the processor time of the clean run
_MEMORY = 8 * 2**30
_NEVER_READ = 70  # exit code where the tests import the module from elsewhere


def main() -> int:
    """Print a line for each module, and one for each mutant that survives."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("modules", nargs="*", help="by default all: " + ", ".join(MODULES))
    parser.add_argument("--each", type=int, default=40, help="mutants of a module")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where to write every mutant and its outcome")
    asked = parser.parse_args()
    for name in _PRELOADED:
        importlib.import_module(name)
    few = settings(deadline=None, derandomize=True, database=None, max_examples=20)
    settings.register_profile("mutants", few, phases=(Phase.explicit, Phase.generate))
    every = []
    print(f"{'module':<48} {'drawn':>5} {'killed':>6} {'share':>6}")
    for module in asked.modules or MODULES:
        found = list(_outcomes(module, asked.each, asked.seed))
        alive = [row for row in found if row["outcome"] == "survived"]
        killed = len(found) - len(alive)
        print(f"{module:<48} {len(found):>5} {killed:>6} {killed / len(found):>6.1%}")
        for row in alive:
            print(f"    line {row['line']}: {row['before']}  →  {row['after']}", flush=True)
        every += found
        if asked.json:
            asked.json.write_text(json.dumps(every, indent=1, ensure_ascii=False), "utf-8")
    return 0


def _outcomes(module: str, each: int, seed: int) -> Iterator[dict[str, Any]]:
    source, before = Path(module).read_text("utf-8"), os.times()
    if outcome(module, source, 3_600) != "survived":
        raise SystemExit(f"{module}: its tests fail without any mutant")
    seconds = math.ceil(_TIMES * (os.times().children_user - before.children_user)) + 1
    for line, was, becomes, text in mutants(source, each, seed):
        said = outcome(module, text, seconds)
        yield {"module": module, "line": line, "before": was, "after": becomes, "outcome": said}


def outcome(module: str, text: str, seconds: int) -> str:
    """What its tests say of a module with a text: `survived`, `killed` or `too long`."""
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=_test, args=(module, text, seconds))
    child.start()
    child.join()
    if child.exitcode not in (0, 1, 2, 3, -signal.SIGXCPU):
        raise RuntimeError(f"pytest {child.exitcode}: {module}")
    return {0: "survived", -signal.SIGXCPU: "too long"}.get(child.exitcode, "killed")


def _test(module: str, text: str, seconds: int) -> None:
    """In the fork: run the tests with another text read for the module's file."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 60))  # a signal, then the end
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    path, read = str(Path(module).resolve()), SourceFileLoader.get_data
    met = False

    def get_data(loader: SourceFileLoader, name: str) -> bytes:
        nonlocal met
        met |= name == path
        if name == importlib.util.cache_from_source(path):
            raise OSError  # compiled from the file
        return text.encode() if name == path else read(loader, name)

    SourceFileLoader.get_data = get_data  # type: ignore[method-assign, assignment]
    sys.dont_write_bytecode = True
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"]
    code = pytest.main([*options, *MODULES[module]], plugins=[sys.modules[__name__]])
    os._exit(code if met else _NEVER_READ)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is worked out by hand comes before what is drawn: it is quicker to fail."""
    items.sort(key=lambda item: item.get_closest_marker("hypothesis") is not None)


if __name__ == "__main__":
    sys.exit(main())

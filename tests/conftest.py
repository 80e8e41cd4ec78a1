"""What every test may use: programs of the machine, Hypothesis without a clock, two selections.

`-m "not heavy"` is what any machine with Python runs while one works; `-m heavy` is the rest.
"""

from __future__ import annotations

import gc
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from costing.problems.errors import Language, Problem
from tests.programs import CI, program

#: What makes a test heavy: another program, or its time.
HEAVY = ("libreoffice", "browser", "postgresql", "slow")
XLSX = "xlsx:Calc MS Excel 2007 XML"

# In CI the same examples each time: a landing must not hang on a draw.
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("dev", deadline=None, max_examples=20)
settings.load_profile("ci" if CI else "dev")


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is heavy; what takes longest starts first, so that no worker ends alone."""
    for item in items:
        if any(item.get_closest_marker(name) for name in HEAVY):
            item.add_marker(pytest.mark.heavy)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """What lasts as long as the run is looked through once, not at each collection of garbage.

    An eighth of the processor's time: the tests, the reference and every module are some millions
    of objects, among which each test leaves a few thousand.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(scope="session", autouse=True)
def both_languages() -> Iterator[None]:
    """A problem told in one language during any test can be told in the other."""
    told = Problem.message

    def message(self: Problem, language: Language = "fr") -> str:
        other: Language = "en" if language == "fr" else "fr"
        told(self, other)
        return told(self, language)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Problem, "message", message)
        yield


@pytest.fixture(scope="session")
def soffice() -> str:
    """Path of LibreOffice."""
    return program("LibreOffice Calc", "soffice", "libreoffice")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium."""
    return program("Chromium", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def converted(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Path]]:
    """Opens files in LibreOffice and saves them, workbooks recalculated: one start for them all."""
    profile = tmp_path_factory.mktemp("libreoffice")

    def convert(folder: Path, *paths: Path, to: str = XLSX) -> list[Path]:
        command = [
            soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", to,
            "--outdir", str(folder), *map(str, paths),
        ]  # fmt: skip
        limit = 150 + 30 * len(paths)
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
        found = [folder / f"{path.stem}.{to.partition(':')[0]}" for path in paths]
        assert all(path.is_file() for path in found), done.stderr
        return found

    return convert

"""What every test may use: programs of the machine, and Hypothesis without a clock."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

from costing.problems.errors import Language, Problem

# In CI the same examples each time: a landing must not hang on a draw.
settings.register_profile("project", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("project")


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


def _program(names: tuple[str, ...], what: str) -> str:
    """Path of a program; without it the test is skipped by name, and fails in CI."""
    for name in names:
        if path := shutil.which(name):
            return path
    message = f"{what} is not installed ({' or '.join(names)})"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def soffice() -> str:
    """Path of LibreOffice."""
    return _program(("soffice", "libreoffice"), "LibreOffice Calc")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium."""
    return _program(("chromium", "chromium-browser", "google-chrome"), "Chromium")

"""Programs and servers that some tests need."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

CI = os.environ.get("CI") == "true"


def absent(message: str) -> NoReturn:
    """What a test needs is not there: it is skipped by name, and fails in CI."""
    if CI:
        pytest.fail(message)
    pytest.skip(message)


def program(what: str, *names: str) -> str:
    """Path of a program, under any of its names."""
    for name in names:
        if path := shutil.which(name):
            return path
    absent(f"{what} is not installed ({' or '.join(names)})")

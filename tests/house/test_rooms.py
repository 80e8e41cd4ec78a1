"""The pages for contributors speak of what is there, and of all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PAGES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md")


def rooms() -> str:
    """The table of the rooms."""
    return ARCHITECTURE.split("## The rooms")[1].split("\n## ")[0]


def test_every_package_has_its_place_in_the_table_of_rooms() -> None:
    folders = {path.parent for path in (ROOT / "costing").rglob("__init__.py")}
    packages = {".".join(path.relative_to(ROOT / "costing").parts) for path in folders} - {""}
    assert len(packages) > 40
    named = set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)*)`", rooms()))
    assert sorted(packages - named) == []


def test_every_room_of_the_table_is_there() -> None:
    first = re.findall(r"^\|[^|]*\| `([a-z_]+)` \|", rooms(), re.M)
    dotted = re.findall(r"`((?:ui|workbook|analysis|store)\.[a-z_.]+)`", rooms())
    assert len(first) > 15 and len(dotted) > 20
    gone = [
        name
        for name in (*first, *dotted)
        if not (path := ROOT / "costing" / name.replace(".", "/")).is_dir()
        and not path.with_suffix(".py").is_file()
    ]
    assert gone == []


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    paths = set(re.findall(r"`(\.?\w[\w.-]*/[\w./-]*)`", text))  # whole: none is left to be guessed
    assert paths or page == "README.md"
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []

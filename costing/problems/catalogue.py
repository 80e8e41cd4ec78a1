"""The words of every problem, French and English, by code: read once, when one is first told.

They stand in `messages/`, a YAML file a family. A text is what is written (`no` is no boolean, a
date no date); a code twice, a language that is missing and a blank text are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).with_name("messages")
#: Of the base loader all scalars are texts.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@cache
def messages(folder: Path = FOLDER) -> dict[str, tuple[str, str]]:
    """The messages of all the families, by code.

    Raises:
        ValueError: as `read`; or two files give the same code.
    """
    by_code: dict[str, tuple[str, str]] = {}
    for path in sorted(folder.glob("*.yaml")):
        family = read(path.read_text(encoding="utf-8"), path.name)
        for code in by_code.keys() & family.keys():
            raise ValueError(f"{path.name}: '{code}' is in another family too")
        by_code |= family
    return by_code


def read(text: str, file: str) -> dict[str, tuple[str, str]]:
    """The messages of one family, by code.

    Raises:
        ValueError: a key twice, a language other than the two or missing, a blank text; its line.
    """
    by_code = {}
    for code, entry in _entries(yaml.compose(text, Loader=_Loader), file):
        texts = dict(_entries(entry, file))
        wrong = [name for name, node in texts.items() if not _is_text(node)]
        if wrong or set(texts) != {"fr", "en"}:
            raise _refused(entry, file, f"'{code}' wants a text for fr and one for en, no more")
        by_code[code] = texts["fr"].value, texts["en"].value
    return by_code


def _entries(node: yaml.Node | None, file: str) -> Iterator[tuple[str, yaml.Node]]:
    """The keys of a mapping, each once, with what they lead to."""
    if not isinstance(node, yaml.MappingNode):
        raise _refused(node, file, "keys with their values are expected")
    seen = set()
    for key, value in node.value:
        if key.value in seen:
            raise _refused(key, file, f"'{key.value}' is written twice")
        seen.add(key.value)
        yield key.value, value


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and bool(node.value.strip())


def _refused(node: yaml.Node | None, file: str, why: str) -> ValueError:
    line = node.start_mark.line + 1 if node and node.start_mark else 1
    return ValueError(f"{file}:{line}: {why}")

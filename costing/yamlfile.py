"""Read a YAML file and keep the line of every key, so that an error can name it.

Stricter than YAML: a key written twice, an anchor or an alias is an error. Validation against a
Pydantic class reports all the problems of the file at once, each with file and line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from costing.errors import ModelError, Place, Problem, problem, suggest

Keys = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CodedError(ValueError):
    """A validation error that a schema raises with one of our codes."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Document:
    """The content of a YAML file and the line of each of its keys and items."""

    path: Path
    data: Any
    lines: dict[Keys, int]

    @cached_property
    def name(self) -> str:
        """Short name for messages: the last two parts of the path."""
        return "/".join(self.path.parts[-2:])

    def place(self, *keys: str | int) -> Place:
        """Place of a key, or of its nearest parent that has a line."""
        for length in range(len(keys), -1, -1):
            if keys[:length] in self.lines:
                return Place(file=self.name, line=self.lines[keys[:length]])
        return Place(file=self.name)

    def validate(self, schema: type[M]) -> M:
        """Build a Pydantic object from the content.

        Raises:
            ModelError: every key that is missing, unknown or wrong, with its line.
        """
        try:
            return schema.model_validate(self.data)
        except ValidationError as error:
            raise ModelError(
                [_translate(e, self.place(*e["loc"]), schema) for e in error.errors()]  # type: ignore[arg-type]
            ) from None


def read(path: Path) -> Document:
    """Read one YAML file.

    Raises:
        ModelError: no such file, broken YAML, duplicate key, anchor or alias.
    """
    short = "/".join(path.parts[-2:])
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise ModelError(problem("file_missing", Place(file=short))) from None
    loader = _Loader(text)
    problems: list[Problem] = []
    lines: dict[Keys, int] = {}
    try:
        node = loader.get_single_node()
        data = _build(loader, node, (), short, lines, problems, set()) if node else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(file=short, line=mark.line + 1 if mark else None)
        detail = getattr(error, "problem", None) or str(error)
        raise ModelError(problem("yaml_syntax", place, detail=detail)) from None
    finally:
        loader.dispose()
    if problems:
        raise ModelError(problems)
    return Document(path, data, lines)


def _build(
    loader: Any,
    node: yaml.Node,
    keys: Keys,
    file: str,
    lines: dict[Keys, int],
    problems: list[Problem],
    seen: set[int],
) -> Any:
    """Plain Python data from a node, recording lines and problems on the way."""
    line = node.start_mark.line + 1
    lines.setdefault(keys, line)
    if id(node) in seen:
        problems.append(problem("yaml_alias", Place(file=file, line=line)))
        return None
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(loader, item, (*keys, index), file, lines, problems, seen)
            for index, item in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node)
            key_line = key_node.start_mark.line + 1
            if key in result:
                problems.append(problem("duplicate_key", Place(file=file, line=key_line), key))
            lines[(*keys, key)] = key_line
            result[key] = _build(loader, value_node, (*keys, key), file, lines, problems, seen)
        return result
    return loader.construct_object(node)


def _translate(error: Any, place: Place, schema: type[BaseModel]) -> Problem:
    """A Pydantic error as one of ours."""
    name = error["loc"][-1] if error["loc"] else ""
    kind = error["type"]
    if kind == "extra_forbidden":
        return problem("unknown_key", place, name, near=suggest(str(name), schema.model_fields))
    if kind == "missing":
        return problem("missing_key", place, name)
    if (cause := error.get("ctx", {}).get("error")) and isinstance(cause, CodedError):
        return problem(cause.code, place, **cause.facts)
    detail = f"{'.'.join(map(str, error['loc']))} : {error['msg']}"
    return problem("invalid_value", place, error["input"], detail=detail)

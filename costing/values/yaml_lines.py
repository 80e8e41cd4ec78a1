"""Read a YAML file and keep the line of every key, so that an error can name it.

Stricter than YAML: a key written twice, an anchor or an alias is an error. Validation against a
Pydantic class reports all the problems of the file at once, each with file and line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from costing.problems.errors import Both, ModelError, Place, Problem, problem, suggest

Keys = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
MAX_DEPTH = 20


@dataclass(frozen=True)
class Fault:
    """Something that a schema finds wrong, with one of our codes; `keys` lead to it from there."""

    code: str
    keys: Keys = ()
    facts: dict[str, Any] = field(default_factory=dict)

    def problem(self, place: Place) -> Problem:
        """The fault as a problem at a place; the fact `value` is the value met."""
        rest = {key: value for key, value in self.facts.items() if key != "value"}
        return Problem(self.code, place, self.facts.get("value"), rest)


class CodedError(ValueError):
    """What a schema's validator raises: all the faults that it found."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(fault.code for fault in faults))
        self.faults = faults


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

    def at(self, keys: Keys) -> Any:
        """What stands at some keys; None when nothing does."""
        here = self.data
        for key in keys:
            try:
                here = here[key]
            except (KeyError, IndexError, TypeError):
                return None
        return here

    def validate(self, schema: type[M]) -> M:
        """Build a Pydantic object from the content.

        Raises:
            ModelError: every key that is missing, unknown or wrong, with its line.
        """
        try:
            return schema.model_validate(self.data)
        except ValidationError as error:
            errors = error.errors()
            parents = {tuple(e["loc"][:n]) for e in errors for n in range(len(e["loc"]))}
            raise ModelError(
                [p for e in errors for p in _translate(e, self, schema, parents)]
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
    except UnicodeDecodeError:
        raise ModelError(problem("not_utf8", Place(file=short))) from None
    try:
        problems = _check_events(text, short)
        if problems:
            raise ModelError(problems)
        lines: dict[Keys, int] = {}
        node = yaml.compose(text, Loader=_Loader)
        data = _build(node, (), short, lines, problems) if node else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Place(file=short, line=mark.line + 1 if mark else None)
        detail = getattr(error, "problem", None) or str(error)
        raise ModelError(problem("yaml_syntax", place, detail=detail)) from None
    if problems:
        raise ModelError(problems)
    return Document(path, data, lines)


def _check_events(text: str, file: str) -> list[Problem]:
    """Refuse what could make the tree huge, deep or active: anchors, aliases, nesting, tags."""
    problems: list[Problem] = []
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        mark = event.start_mark
        place = Place(file=file, line=mark.line + 1 if mark else None)
        if getattr(event, "anchor", None):
            problems.append(problem("yaml_alias", place))
        if getattr(event, "tag", None):
            detail = f"l'étiquette {getattr(event, 'tag', '')} est refusée"
            problems.append(problem("yaml_syntax", place, detail=detail))
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return [*problems, problem("yaml_syntax", place, detail="trop de niveaux")]
    return problems


def _build(
    node: yaml.Node, keys: Keys, file: str, lines: dict[Keys, int], problems: list[Problem]
) -> Any:
    """Plain Python data from a node, recording lines and problems on the way."""
    lines.setdefault(keys, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(item, (*keys, index), file, lines, problems)
            for index, item in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            place = Place(file=file, line=key_node.start_mark.line + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                problems.append(problem("yaml_syntax", place, detail="une clé doit être un mot"))
                continue
            key = str(key_node.value)
            if key in result:
                problems.append(problem("duplicate_key", place, key))
            lines[(*keys, key)] = key_node.start_mark.line + 1
            result[key] = _build(value_node, (*keys, key), file, lines, problems)
        return result
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    """A blank, a number in base ten, true or false; anything else, and what is quoted, is text.

    YAML would also read `0100` as 64, `1:30` as 90 and `no` as false: nobody means that here.
    """
    text = str(node.value)
    if getattr(node, "style", None):
        return text
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _translate(
    error: Any, document: Document, schema: type[BaseModel], parents: set[Keys]
) -> list[Problem]:
    """A Pydantic error as ours; none when it only echoes an error further inside."""
    keys = tuple(error["loc"])
    place, kind = document.place(*keys), error["type"]
    name = keys[-1] if keys else ""
    if kind == "extra_forbidden":
        return [problem("unknown_key", place, name, near=suggest(str(name), _keys_of(schema)))]
    if kind == "missing":
        return [problem("missing_key", place, name)]
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, CodedError):
        return [fault.problem(document.place(*keys, *fault.keys)) for fault in cause.faults]
    if kind == "too_short" and keys in parents:
        return []
    return [problem("invalid_value", place, document.at(keys), detail=refusal(error))]


_KINDS = {
    "float_type": Both("un nombre est attendu", "a number is expected"),
    "int_type": Both("un nombre entier est attendu", "a whole number is expected"),
    "int_from_float": Both("un nombre entier est attendu", "a whole number is expected"),
    "int_parsing": Both("un nombre entier est attendu", "a whole number is expected"),
    "finite_number": Both("un nombre fini est attendu", "a finite number is expected"),
    "string_type": Both("un texte est attendu", "a text is expected"),
    "string_too_short": Both("un texte est attendu", "a text is expected"),
    "blank_text": Both("un texte est attendu", "a text is expected"),
    "bool_parsing": Both("true ou false est attendu", "true or false is expected"),
    "bool_type": Both("true ou false est attendu", "true or false is expected"),
    "date_from_datetime_parsing": Both("une date AAAA-MM-JJ est attendue", "a date is expected"),
    "date_parsing": Both("une date AAAA-MM-JJ est attendue", "a date is expected"),
    "date_type": Both("une date AAAA-MM-JJ est attendue", "a date is expected"),
    "tuple_type": Both("une liste est attendue", "a list is expected"),
    "dict_type": Both("des paires clé : valeur sont attendues", "key: value pairs are expected"),
    "model_type": Both("des paires clé : valeur sont attendues", "key: value pairs are expected"),
    "too_short": Both("la liste est vide", "the list is empty"),
}
_BOUNDS = {
    "greater_than_equal": ("ge", "≥"),
    "greater_than": ("gt", ">"),
    "less_than_equal": ("le", "≤"),
    "less_than": ("lt", "<"),
}


def refusal(error: Any) -> Both:
    """Why Pydantic refuses a value, in the two languages."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in _BOUNDS:
        key, sign = _BOUNDS[kind]
        return Both(
            f"la valeur doit être {sign} {context[key]:g}", f"it must be {sign} {context[key]:g}"
        )
    if kind == "literal_error":
        expected = context["expected"].replace(" or ", ", ")
        return Both(f"choix admis : {expected}", f"choices: {expected}")
    if kind == "string_pattern_mismatch":
        return Both(f"forme attendue : {context['pattern']}", f"pattern: {context['pattern']}")
    return Both(error["msg"], error["msg"])


def _keys_of(schema: type[BaseModel]) -> set[str]:
    """Every key that a schema or one inside it knows."""
    tree = schema.model_json_schema()
    parts = [tree, *tree.get("$defs", {}).values()]
    return {str(key) for part in parts for key in part.get("properties", {})}

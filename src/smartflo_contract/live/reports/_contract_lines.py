"""Lines of the contract's files that findings are about."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from smartflo_contract.schemas.files import path, text
from smartflo_contract.schemas.lead_format import FIELD

_LEAD_FILE: Final = "lead.schema.json"
_BODY_FILE: Final = "leads.schema.json"
_KEY_LINE: Final = re.compile(r'(?P<indent> +)(?P<key>"(?:[^"\\]|\\.)*"): ')
_INDENT_SPACES: Final = 2


class ContractLine(NamedTuple):
    """A line of a file of the contract.

    Attributes:
        path: path of the file.
        number: number of the line, from 1.
        text: the line.
    """

    path: Path
    number: int
    text: str


class _SchemaFile(NamedTuple):
    """A schema with its lines and the number of the line where each key begins."""

    schema: Any
    lines: Sequence[str]
    line_numbers: Mapping[tuple[str, ...], int]


def contract_line(pointer: str) -> ContractLine:
    """Return the line that defines the value at the pointer of a finding; empty for the whole body.

    A key that the contract does not define is at the line of the object that would contain it.
    """
    name = _LEAD_FILE if pointer else _BODY_FILE
    file = _schema_file(name)
    number = _line_number(file, pointer.split("/")[2:]) if pointer else file.line_numbers["type",]
    return ContractLine(path(name), number, file.lines[number - 1])


@cache
def _schema_file(name: str) -> _SchemaFile:
    content = text(name)
    lines = content.splitlines()
    line_numbers: dict[tuple[str, ...], int] = {}
    keys: list[str] = []
    for number, line in enumerate(lines, 1):
        if match := _KEY_LINE.match(line):
            keys[len(match["indent"]) // _INDENT_SPACES - 1 :] = [json.loads(match["key"])]
            line_numbers.setdefault(tuple(keys), number)
    return _SchemaFile(json.loads(content), lines, line_numbers)


def _line_number(file: _SchemaFile, keys: Sequence[str]) -> int:
    """Return the number of the line that defines a path in a lead, as far as the contract defines it."""
    location: tuple[str, ...] = ()
    schema = file.schema
    number = file.line_numbers["properties",]
    for key in keys:
        if "$ref" in schema:
            location = tuple(schema["$ref"].split("/")[1:])
            schema = file.schema[location[0]][location[1]]
        keyword = "patternProperties" if FIELD.fullmatch(key) else "properties"
        properties = schema.get(keyword, {})
        name = next(iter(properties), key) if keyword == "patternProperties" else key
        if name not in properties:
            break
        location, schema = (*location, keyword, name), properties[name]
        number = file.line_numbers[location]
    return number

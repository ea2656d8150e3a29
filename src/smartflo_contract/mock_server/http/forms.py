"""Read the bodies of forms as JSON, as the vendor's framework is assumed to read them.

A field such as ``data[0][field_0]`` is a key of an object in an array, and ``field[]`` is the next item of an array.
"""

import re
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
_MAX_FIELDS: Final = 1_000_000
_MAX_DEPTH: Final = 16
_KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_SUBKEY: Final = re.compile(r"\[([^\[\]]*)\]")
_INDEX: Final = re.compile("[0-9]{1,18}")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
"""What Werkzeug decodes bytes to that are not UTF-8."""
_NOT_UTF8: Final = "it is not UTF-8"
_JSON_OPENINGS: Final = (b"{", b"[")


class _Node(dict[str, Any]):
    """An object or array of a form.

    Attributes:
        next_index: the index after the highest one.
    """

    next_index = 0


def is_form(content_type: str | None, body: bytes) -> bool:
    """Return whether a body is a form. Some clients, such as curl, send JSON with the content type of a form."""
    mimetype, _ = parse_options_header(content_type)
    return mimetype in {URLENCODED, MULTIPART} and not body.lstrip().startswith(_JSON_OPENINGS)


def parse_form(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the fields of a form as a JSON object. Values are strings; files are ignored.

    Raises:
        ValueError: the form is malformed, is not UTF-8, or has too many or too deeply nested fields.
    """
    root = _Node()
    for name, value in _fields(content_type, body):
        match = _KEY.fullmatch(name)
        if match is None:
            root[name] = value
            continue
        path = [match[1], *_SUBKEY.findall(match[2])]
        if len(path) > _MAX_DEPTH:
            message = f"a field is nested more than {_MAX_DEPTH} levels deep"
            raise ValueError(message)
        _put(root, path, value)
    return {key: _with_arrays(value) for key, value in root.items()}


def _fields(content_type: str, body: bytes) -> list[tuple[str, str]]:
    mimetype, options = parse_options_header(content_type)
    if mimetype == URLENCODED:
        try:
            return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
        except UnicodeDecodeError:
            raise ValueError(_NOT_UTF8) from None
    parser = FormDataParser(max_form_memory_size=len(body), max_form_parts=_MAX_FIELDS, silent=False)
    try:
        _, fields, _ = parser.parse(BytesIO(body), MULTIPART, len(body), options)
    except HTTPException as error:
        raise ValueError(error.description or error.name) from None
    items = list(fields.items(multi=True))
    if _REPLACEMENT.encode() not in body and any(_REPLACEMENT in text for item in items for text in item):
        raise ValueError(_NOT_UTF8)
    return items


def _put(root: _Node, path: list[str], value: str) -> None:
    """Set the value at a path of keys; an empty key is the index after the highest one."""
    node = root
    for position, part in enumerate(path):
        key = part or str(node.next_index)
        if _INDEX.fullmatch(key):
            node.next_index = max(node.next_index, int(key) + 1)
        if position == len(path) - 1:
            node[key] = value
        else:
            child = node.get(key)
            if not isinstance(child, _Node):
                child = node[key] = _Node()
            node = child


def _with_arrays(value: Any) -> Any:
    """Return a value in which objects with numbers as keys are arrays."""
    if not isinstance(value, dict):
        return value
    items = {key: _with_arrays(item) for key, item in value.items()}
    is_array = all(key.isascii() and key.isdigit() for key in items)
    return list(items.values()) if is_array else items

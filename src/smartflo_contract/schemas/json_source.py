"""JSON objects as users pass them: the path of a file, or a mapping."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from smartflo_contract.schemas.duplicate_keys import LOST_VALUE, duplicate_keys
from smartflo_contract.schemas.errors import ContractError
from smartflo_contract.schemas.json_pointer import json_pointer
from smartflo_contract.schemas.json_values import not_json
from smartflo_contract.schemas.large_integers import decode_json

JsonSource: TypeAlias = str | os.PathLike[str] | Mapping[str, Any]
"""A JSON object as users pass it: the path of a JSON file, or a mapping."""
_MAX_DEPTH: Final = 50


class SourceKind(NamedTuple):
    """What kind of document a source holds, for messages.

    Attributes:
        name: what messages call it, such as ``overlay``.
        content: what the object is, such as ``a partial lead schema``.
        error: class of the errors.
    """

    name: str
    content: str
    error: type[ContractError]


def read_json_object(source: JsonSource, kind: SourceKind) -> tuple[str, dict[str, Any]]:
    """Return the name of a source, for messages, and its content as plain JSON.

    Raises:
        ContractError: it cannot be read, or is not a JSON object; its class is that of the kind.
    """
    if isinstance(source, Mapping):
        name, content = "given as a mapping", source
    elif not isinstance(source, str | os.PathLike):
        message = f"{kind.name}: expected the path of a JSON file, or a mapping, got {type(source).__name__}"
        raise kind.error(message)
    else:
        name = os.fspath(source).encode("utf-8", "backslashreplace").decode()  # a file name may be any bytes
        content = _read_file(Path(source), kind)
    if not isinstance(content, Mapping):
        message = f"{kind.name} {name}: expected a JSON object ({kind.content}), got {type(content).__name__}"
        raise kind.error(message)
    invalid = next(not_json(dict(content), _MAX_DEPTH), None)
    if invalid is not None:
        message = f"{kind.name} {name}: {json_pointer(invalid[0])}: not a JSON value, or nested too deeply"
        raise kind.error(message)
    return name, json.loads(json.dumps(content))


def _read_file(path: Path, kind: SourceKind) -> Any:
    try:
        text = path.read_bytes().decode("utf-8-sig").encode()
        content = decode_json(text)
    except orjson.JSONDecodeError as error:
        reason = f"not JSON: {error}"
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        reason = "cannot be read: not UTF-8"
    except ValueError as error:  # the operating system rejects the path
        reason = f"cannot be read: {error}"
    else:
        paths = duplicate_keys(b"[" + text + b"]", [content]).get(0)
        if not paths:
            return content
        reason = f"{json_pointer(paths[0])}: {LOST_VALUE}"
    message = f"{kind.name} {path}: {reason}"
    raise kind.error(message)

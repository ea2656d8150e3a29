"""Check what tests pass to their account. Each error states what to pass instead."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final, NoReturn

from smartflo_contract.mock_server.api.routes import generic_path
from smartflo_contract.mock_server.http.json_values import object_advice
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.schemas.printable import truncate

_MAX_VALUE_CHARACTERS: Final = 60


def column_list(columns: object) -> list[str]:
    """Return the names of columns.

    Raises:
        ValueError: they are not a list of strings.
    """
    __tracebackhide__ = True
    if not isinstance(columns, list | tuple) or not all(isinstance(name, str) for name in columns):
        _reject(f'columns: expected a list such as ["Mobile", "Name"], got {_shown(columns)}')
    return list(columns)


def list_id_of(value: object, name: str) -> int:
    """Return the id of a list.

    Args:
        value: an integer, or a string of digits.
        name: of the argument.

    Raises:
        ValueError: it is not an id.
    """
    __tracebackhide__ = True
    if isinstance(value, bool) or not isinstance(value, int | str) or not is_list_id(str(value)):
        hint = "; pass its id" if hasattr(value, "leads") else _integer_advice(value)
        _reject(f"{name}: expected the id of a list, such as 8668, got {_shown(value)}{hint}")
    return int(value)


def number_or_leads(leads: object) -> int | list[dict[str, Any]]:
    """Return a number of leads, or partial leads.

    Raises:
        ValueError: it is neither.
    """
    __tracebackhide__ = True
    if isinstance(leads, int) and not isinstance(leads, bool):
        if leads < 0:
            _reject(f"leads: {leads} is less than the minimum of 0")
        return leads
    return _leads(leads, "a number or a list of leads")


def complete_leads(source: str | PathLike[str] | object) -> list[dict[str, Any]]:
    """Return the leads of a JSON file or of a list.

    Args:
        source: path of the file, or the leads.

    Raises:
        ValueError: there are no leads.
    """
    __tracebackhide__ = True
    if not isinstance(source, str | PathLike):
        leads = _leads(source, "a path, or a list of leads")
        if not leads:
            _reject("leads: expected a list of leads, at least one")
        return leads
    content = _read_json(Path(source))
    if not (isinstance(content, list) and content and all(isinstance(lead, dict) for lead in content)):
        _reject(f"{source}: expected a JSON array of leads, at least one")
    return content


def request_criteria(method: object, path: object) -> dict[str, str]:
    """Return the criteria of a search for requests with a method and a path, in which ``{id}`` matches any id.

    Raises:
        ValueError: they cannot be those of a request.
    """
    __tracebackhide__ = True
    if not isinstance(method, str) or not isinstance(path, str):
        _reject(f'expected a method and a path, such as "GET", "/v1/broadcast/leads/8668", got {method!r}, {path!r}')
    if "?" in path:
        _reject(f"path: `{path}` contains a query: use query={{...}} instead")
    template = generic_path(path)
    if "{id}" not in template:
        return {"method": method, "path": path}
    if not path.startswith("/"):
        _reject(f"path: expected the whole path, starting with /, got `{path}`")
    route = "GET" if method.upper() == "HEAD" else method.upper()
    return {"method": method, "route": f"{route} {template.rstrip('/')}"}


def check_method(method: object) -> None:
    """Check the type of a method; the fake checks the rest.

    Raises:
        ValueError: it is not a string.
    """
    __tracebackhide__ = True
    if not isinstance(method, str):
        _reject(f'method: expected an HTTP method, such as "POST", got {method!r}')


def check_headers(headers: object) -> None:
    """Check the type of headers, which may be ``None``; the fake checks the rest.

    Raises:
        ValueError: they are not a mapping.
    """
    __tracebackhide__ = True
    if headers is not None and not isinstance(headers, Mapping):
        _reject(f'headers: expected a dict such as {{"X-Reason": "none"}}, got {_shown(headers)}')


def check_path_of_app(url: object) -> None:
    """Check the path of the requests that an application gets.

    Raises:
        ValueError: it is not a string.
    """
    __tracebackhide__ = True
    if not isinstance(url, str):
        _reject(f"url: expected the path of the request to the application, such as /hooks/smartflo, got {url!r}")


def check_times(times: object) -> None:
    """Check a number of requests; ``None`` stands for at least one.

    Raises:
        ValueError: it is not a number of requests.
    """
    __tracebackhide__ = True
    if times is not None and (type(times) is not int or times < 0):
        _reject(f"times: expected a number of requests from 0, got {times!r}{_integer_advice(times)}")


def _leads(leads: object, expected: str) -> list[dict[str, Any]]:
    __tracebackhide__ = True
    if isinstance(leads, str | bytes | Mapping) or not isinstance(leads, Iterable):
        advice = object_advice(leads) or _integer_advice(leads)
        hint = "; put the lead in a list: [{...}]" if isinstance(leads, Mapping) else advice
        _reject(f"leads: expected {expected}, got {_shown(leads)}{hint}")
    checked = []
    for index, lead in enumerate(leads):
        if not isinstance(lead, Mapping):
            hint = object_advice(leads)
            if hint:  # a table or an object, which is iterable
                _reject(f"leads: expected {expected}, got {_shown(leads)}{hint}")
            example = 'such as {"field_0": "+915550000042"}'
            _reject(f"leads[{index}]: expected a lead, {example}, got {_shown(lead)}{object_advice(lead)}")
        checked.append(dict(lead))
    return checked


def _read_json(path: Path) -> Any:
    __tracebackhide__ = True
    try:
        return json.loads(path.read_bytes().removeprefix(BOM_UTF8))
    except (ValueError, RecursionError) as error:
        message = (
            f"{path}: expected a JSON array of leads, such as `smartflo-contract record` writes; not JSON: {error}"
        )
    raise ValueError(message)


def _integer_advice(value: object) -> str:
    """Return what to pass instead of an integer of another library, such as NumPy; empty for any other value."""
    return "; pass int() of it" if hasattr(value, "__index__") and not isinstance(value, int) else ""


def _shown(value: object) -> str:
    return truncate(repr(value), _MAX_VALUE_CHARACTERS)


def _reject(message: str) -> NoReturn:
    __tracebackhide__ = True
    raise ValueError(message)

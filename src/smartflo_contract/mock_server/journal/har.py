"""Journal entries as a HAR file (HTTP Archive 1.2), which browsers, proxies and ``check`` open."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

from smartflo_contract._version import __version__
from smartflo_contract.mock_server.journal.entry import JournalEntry

BodyOf = Callable[[JournalEntry], bytes | None]
"""Returns the body of a response that the journal does not keep; ``None`` if it is not known any more."""
_HTTP_VERSION: Final = "HTTP/1.1"
_JSON: Final = "application/json"
_UNKNOWN: Final = -1
"""Size that is not known, by HAR 1.2."""
_PATH_CHARACTERS: Final = "/:@!$&'()*+,;=~"


def har_file(entries: Iterable[JournalEntry], body_of: BodyOf, dropped: int) -> dict[str, Any]:
    """Return a HAR file.

    Args:
        entries: requests, oldest first, whose secrets are masked.
        body_of: returns the bodies of lead lists.
        dropped: maximum number of earlier requests that the journal does not keep.
    """
    log: dict[str, Any] = {
        "version": "1.2",
        "creator": {"name": "smartflo-contract", "version": __version__},
        "entries": [_entry(entry, body_of) for entry in entries],
    }
    if dropped:
        log["comment"] = f"at most {dropped:,} earlier requests were dropped from the journal"
    return {"log": log}


def _entry(entry: JournalEntry, body_of: BodyOf) -> dict[str, Any]:
    """Return a request and its response. The journal does not measure durations, so these are 0."""
    return {
        "startedDateTime": datetime.fromtimestamp(entry["time"] / 1_000, UTC).isoformat(timespec="milliseconds"),
        "time": 0,
        "request": _request(entry),
        "response": _response(entry, body_of),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "_id": entry["id"],
        "_account": entry["account"],
        "_route": entry["route"],
    }


def _request(entry: JournalEntry) -> dict[str, Any]:
    pairs = [
        (name, value)
        for name, values in entry["query"].items()
        for value in (values if isinstance(values, list) else [values])
    ]
    url = f"http://{entry['headers'].get('Host', 'localhost')}{quote(entry['path'], safe=_PATH_CHARACTERS)}"
    request: dict[str, Any] = {
        "method": entry["method"],
        "url": f"{url}?{urlencode(pairs)}" if pairs else url,
        "httpVersion": _HTTP_VERSION,
        "cookies": [],
        "headers": _named(entry["headers"].items()),
        "queryString": _named(pairs),
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN if entry["body_bytes"] is None else entry["body_bytes"],
    }
    if entry["body"] is not None:
        text = json.dumps(entry["body"], ensure_ascii=False)
        request["postData"] = {"mimeType": entry["headers"].get("Content-Type", _JSON), "text": text}
    return request


def _response(entry: JournalEntry, body_of: BodyOf) -> dict[str, Any]:
    response = entry["response"]
    status, size = response["status"] or 0, response["bytes"]
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in set(HTTPStatus) else "",
        "httpVersion": _HTTP_VERSION,
        "cookies": [],
        "headers": _named(response["headers"].items()),
        "content": _content(entry, body_of),
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN if size is None else size,
    }


def _content(entry: JournalEntry, body_of: BodyOf) -> dict[str, Any]:
    response = entry["response"]
    if response["body"] is not None:
        text: str | None = json.dumps(response["body"], ensure_ascii=False)
    else:
        body = body_of(entry)
        text = None if body is None else body.decode()
    if text is not None:
        return {"size": len(text.encode()), "mimeType": _JSON, "text": text}
    return {"size": response["bytes"] or 0, "mimeType": "x-unknown", "comment": "the body is not in the journal"}


def _named(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]

"""One response of a capture: whether it is one with leads, and what is known about it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from smartflo_contract.live.client.vendor_hosts import is_vendor_host, normalize_host
from smartflo_contract.live.parsing.json_reader import Body
from smartflo_contract.schemas.hosts import is_loopback

_LEADS_PATH: Final = re.compile(r"/v1/broadcast/leads/([^/]+)/?\Z")
_LIST_ID: Final = re.compile(r"[0-9]{1,20}")
_CHUNK_BYTES: Final = 1024 * 1024
OTHER_PATH: Final = "of another route"
OTHER_HOST: Final = "of another host"
NO_BODY: Final = "without a stored body"
UNDECODABLE: Final = "with a body that cannot be decoded"


class Exchange(NamedTuple):
    """A request and its response, as a capture has them.

    Attributes:
        pointer: JSON pointer in the capture.
        method: HTTP method.
        url: URL of the request, or its path where the host is not recorded.
        status: HTTP status.
        time: when it was recorded: seconds since the epoch, or ISO 8601, or an HTTP date.
        content_type: header ``Content-Type`` of the response; ``None`` if it is not recorded.
        body: body of the response; ``None`` if it is not recorded.
        defect: why the body is of no use; ``None`` if it is.
    """

    pointer: str
    method: object
    url: object
    status: object
    time: object = None
    content_type: object = None
    body: Body | None = None
    defect: str | None = None


class CapturedResponse(NamedTuple):
    """A response with leads.

    Attributes:
        pointer: JSON pointer in the capture.
        list_id: id of the list; ``None`` if the URL has no number.
        recorded: date on which it was recorded, ISO 8601 in UTC; ``None`` if it is not known.
        content_type: header ``Content-Type``; ``None`` if it is not recorded.
        body: the body.
        omission: why it is not one with leads, such as ``of another host``; ``None`` if it is.
    """

    pointer: str
    list_id: str | None
    recorded: str | None
    content_type: str | None
    body: Body | None
    omission: str | None

    @property
    def label(self) -> str:
        """The fragment that selects it, with list and date."""
        known = [f"list {self.list_id}" if self.list_id else "", self.recorded or ""]
        details = ", ".join(filter(None, known))
        return f"#{self.pointer} ({details})" if details else f"#{self.pointer}"

    def chunks(self) -> Iterator[bytes]:
        """Yield the body and close it."""
        if self.body is not None:
            with self.body:
                while chunk := self.body.read(_CHUNK_BYTES):
                    yield chunk

    def close(self) -> None:
        """Close the body."""
        if self.body is not None:
            self.body.close()


def captured_response(exchange: Exchange) -> CapturedResponse:
    """Return what a capture knows about a response."""
    url = exchange.url if isinstance(exchange.url, str) else ""
    content_type = exchange.content_type if isinstance(exchange.content_type, str) else None
    list_id, omission = _list_of(exchange, url)
    return CapturedResponse(
        exchange.pointer, list_id, _date(exchange.time), content_type, exchange.body, omission or exchange.defect
    )


def header_values(headers: object) -> dict[str, str]:
    """Return the first value of each header by its name in lower case: of a mapping, or of a list as in HAR files."""
    if isinstance(headers, list):
        pairs = [(item.get("name"), item.get("value")) for item in headers if isinstance(item, dict)]
    else:
        pairs = list(headers.items()) if isinstance(headers, Mapping) else []
    values: dict[str, str] = {}
    for name, value in pairs:
        first = value[0] if isinstance(value, list) and value else value
        first = first.decode("latin-1") if isinstance(first, bytes) else first
        if isinstance(name, str) and isinstance(first, str):
            values.setdefault(name.lower(), first)
    return values


def _list_of(exchange: Exchange, url: str) -> tuple[str | None, str | None]:
    """Return the id of the list in a URL, and why a response is not one with leads."""
    try:
        parts = urlsplit(url)
        host = normalize_host(parts.hostname or "")
    except ValueError:
        return None, OTHER_PATH
    path = _LEADS_PATH.search(parts.path)
    if path is None or str(exchange.method).upper() != "GET":
        return None, OTHER_PATH
    list_id = path[1] if _LIST_ID.fullmatch(path[1]) else None
    if host and not is_vendor_host(host) and not is_loopback(host, allow_subdomains=True):
        return list_id, OTHER_HOST
    if exchange.status != HTTPStatus.OK:
        is_status = isinstance(exchange.status, int) and 100 <= exchange.status <= 999  # noqa: PLR2004
        return list_id, f"with status {exchange.status}" if is_status else "without a status"
    return list_id, NO_BODY if exchange.body is None and exchange.defect is None else None


def _date(time: object) -> str | None:
    """Return the date of a time in UTC; ``None`` if it is in no known form."""
    with suppress(ValueError, OverflowError, OSError):
        if isinstance(time, int | float) and not isinstance(time, bool):
            return datetime.fromtimestamp(time, UTC).date().isoformat()
        if isinstance(time, datetime):
            return (time if time.tzinfo is None else time.astimezone(UTC)).date().isoformat()
        if isinstance(time, str):
            with suppress(ValueError):
                parsed = datetime.fromisoformat(time.strip())
                return (parsed if parsed.tzinfo is None else parsed.astimezone(UTC)).date().isoformat()
            return parsedate_to_datetime(time).date().isoformat()
    return None

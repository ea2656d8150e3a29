"""Faults by name: what each does to a response, and what is known of it.

To add a fault, write a function that returns the faulty response and register it in :data:`INJECTORS`. The rule parser,
the checks of rules, the tables for people, the journal and the admin API read that table.
"""

import errno
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from flask import Request, Response

from smartflo_contract.mock_server.faults._bodies import (
    Chunks,
    contains_leads,
    edit_first_lead,
    edit_leads,
    first_chunk,
    leading_leads,
    with_body,
)
from smartflo_contract.mock_server.faults.late_responses import DELAY_KEY
from smartflo_contract.mock_server.faults.rules import STATUS, Fault, is_error_status
from smartflo_contract.mock_server.http.error_responses import error_response_for
from smartflo_contract.mock_server.http.lockout import LOCKOUT_SECONDS, lockout_response
from smartflo_contract.mock_server.http.request_bodies import LARGE_BODY_BYTES
from smartflo_contract.mock_server.http.responses import json_response
from smartflo_contract.schemas.pauses import pause

_GRANIAN_PAUSE_SECONDS: Final = 0.05
"""Pause before a body ends early: Granian may drop bytes that it has not written yet."""
_MISSING_BYTES: Final = 1_000
"""Minimum number of bytes by which the body of ``cut`` is shorter than its ``Content-Length``."""
_RESET: Final = "connection reset by the fake"


class FaultContext(NamedTuple):
    """A request that gets a fault.

    Attributes:
        step: the name of the fault, or an error status.
        rule: the rule that applies, for its settings.
        request: the request.
        respond: handles the request and returns its normal response; later calls return the same response.
        fraction: a number from 0 to below 1 that follows from the seed.
        now: the time on the fake's clock, in seconds since the epoch.
        quirks: quirk name to value.
    """

    step: str
    rule: Fault
    request: Request
    respond: Callable[[], Response]
    fraction: float
    now: float
    quirks: Mapping[str, str]


class Injector(NamedTuple):
    """A fault: the function that makes the faulty response, and what is known of the fault.

    Attributes:
        inject: returns the faulty response; ``None`` if the fault does not apply to the normal response.
        evidence: label of the evidence that the vendor's API has this fault.
        description: what a client receives.
        handles_request: whether the request is handled, so that a later read shows its writes.
        sends_response: whether the client receives a response.
        edits_leads: whether the fault cuts or changes an array of leads.
        arrays_only: whether the fault applies to JSON arrays alone and leaves other responses unchanged.
        settings: names of the rule settings that do nothing without this fault.
    """

    inject: Callable[[FaultContext], Response | None]
    evidence: str
    description: str
    handles_request: bool = True
    sends_response: bool = True
    edits_leads: bool = False
    arrays_only: bool = False
    settings: tuple[str, ...] = ()


class _ClosedConnection(Response):
    """Closes the connection without a response."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Fail in the WSGI server, because Flask turns an exception in a view into a response with status 500."""
        if environ.get("SERVER_SOFTWARE") == "Granian":
            start_response("200 OK", [("Content-Length", "-1")])  # its HTTP library rejects this and closes
            return iter(())  # not a list: Granian would know its length and respond
        raise ConnectionResetError(errno.ECONNRESET, _RESET)


def _delay(context: FaultContext) -> Response:
    context.request.environ[DELAY_KEY] = context.rule.seconds + context.rule.jitter * context.fraction
    return context.respond()


def _reset(_: FaultContext) -> Response:
    return _ClosedConnection()


def _reset_after(context: FaultContext) -> Response:
    context.respond().close()
    return _ClosedConnection()


def _cut(context: FaultContext) -> Response | None:
    environ = context.request.environ
    context.request.max_content_length = LARGE_BODY_BYTES + 1
    context.request.get_data()  # Werkzeug waits for the rest of a body that is not read
    response = context.respond()
    first = first_chunk(response)
    if not first:
        return None
    declared_bytes = response.content_length or 0
    start = leading_leads(response, context.rule.lead) if contains_leads(response) else first[:-1]

    def body() -> Iterator[bytes]:
        yield start
        if environ.get("SERVER_SOFTWARE") == "Granian":
            pause(_GRANIAN_PAUSE_SECONDS)
        elif "werkzeug.socket" not in environ:  # in-process clients do not count bytes
            raise ConnectionResetError(errno.ECONNRESET, _RESET)

    cut = with_body(response, body())
    cut.content_length = max(declared_bytes, len(start) + _MISSING_BYTES)
    return cut


def _cut_clean(context: FaultContext) -> Response | None:
    response = context.respond()
    return with_body(response, leading_leads(response, context.rule.lead)) if contains_leads(response) else None


def _dangling_comma(context: FaultContext) -> Response | None:
    def edited(chunks: Chunks) -> Chunks:
        last = next(chunks, b"")
        for chunk in chunks:
            yield last
            last = chunk
        yield last.removesuffix(b"]") + b","

    return edit_leads(context.respond(), edited)


def _html(_: FaultContext) -> Response:
    return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", mimetype="text/html")


def _content_type(context: FaultContext) -> Response:
    response = context.respond()
    response.headers["Content-Type"] = "text/html; charset=UTF-8"
    return response


def _invalid_utf8(context: FaultContext) -> Response | None:
    def edited(chunks: Chunks) -> Chunks:
        yield next(chunks, b"").replace(b'":"', b'":"\xff', 1)
        yield from chunks

    return edit_leads(context.respond(), edited)


def _duplicate_leads(context: FaultContext) -> Response | None:
    return edit_first_lead(context.respond(), lambda first, rest: b"[" + first + b"," + first + rest)


def _changing(context: FaultContext) -> Response | None:
    return edit_first_lead(context.respond(), lambda _, rest: b"[" + rest.removeprefix(b","))


def _lockout(context: FaultContext) -> Response:
    return lockout_response(429, context.now + LOCKOUT_SECONDS, "the fault lockout")


def _error_status(context: FaultContext) -> Response:
    status, body, evidence = error_response_for(int(context.step), context.quirks)
    retry_after = context.rule.retry_after
    if retry_after is None:
        return json_response(status, body, evidence, reason=f"the fault {status}")
    reason = f"the fault {status}; Retry-After is assumed"
    return json_response(status, body, "assumed", reason=reason, headers={"Retry-After": str(retry_after)})


INJECTORS: Final[dict[str, Injector]] = {
    "delay": Injector(_delay, "assumed", "the response is late", settings=("seconds", "jitter")),
    "reset": Injector(
        _reset, "assumed", "the connection closes without a response", handles_request=False, sends_response=False
    ),
    "reset_after": Injector(
        _reset_after,
        "assumed",
        "the request is handled, then the connection closes without a response",
        sends_response=False,
    ),
    "cut": Injector(_cut, "assumed", "the body ends before its Content-Length", edits_leads=True, settings=("lead",)),
    "cut_clean": Injector(
        _cut_clean,
        "assumed",
        "the body is complete and holds half an array",
        edits_leads=True,
        arrays_only=True,
        settings=("lead",),
    ),
    "dangling_comma": Injector(
        _dangling_comma,
        "sample",
        "the array ends in a comma and has no closing bracket",
        edits_leads=True,
        arrays_only=True,
    ),
    "html": Injector(_html, "assumed", "an HTML page with status 200 instead of JSON", handles_request=False),
    "content_type": Injector(_content_type, "assumed", "JSON with the content type of an HTML page"),
    "invalid_utf8": Injector(
        _invalid_utf8, "assumed", "a byte that is not valid UTF-8", edits_leads=True, arrays_only=True
    ),
    "duplicate_leads": Injector(
        _duplicate_leads, "assumed", "the first lead appears twice", edits_leads=True, arrays_only=True
    ),
    "changing": Injector(
        _changing,
        "assumed",
        "the first lead is missing, and is back in the next response",
        edits_leads=True,
        arrays_only=True,
    ),
    "lockout": Injector(_lockout, "assumed", "too many logins, with retry_after in Indian time", handles_request=False),
}
"""Every named fault. Register new faults here."""
ERROR_STATUS: Final = Injector(
    _error_status,
    "as the magic ids",
    "an error with that status, in the vendor's shape",
    handles_request=False,
    settings=("retry_after",),
)
"""The fault of every error status from 400 to 599."""


def find_injector(step: object) -> Injector | None:
    """Return the fault that a step of a rule names, ``None`` if there is no such fault."""
    if not isinstance(step, str):
        return None
    return ERROR_STATUS if is_error_status(step) else INJECTORS.get(step)


def sends_response(fault: str | None) -> bool:
    """Return whether a client receives a response under a fault; ``None`` stands for no fault."""
    injector = find_injector(fault)
    return injector is None or injector.sends_response


def faults_with_setting(setting: str) -> tuple[str, ...]:
    """Return the names of the faults that a rule setting needs one of; empty if the setting works with every fault."""
    return tuple(name for name, injector in {**INJECTORS, STATUS: ERROR_STATUS}.items() if setting in injector.settings)

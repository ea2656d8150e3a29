"""Faults: rules that say which answers go wrong, and how."""

import errno
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from hashlib import blake2b
from itertools import chain
from typing import Any, Final, NamedTuple, cast

from flask import Request, Response

from smartflo_contract.mock_server.config.quirks import Quirks
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.http.request_bodies import LARGE
from smartflo_contract.mock_server.http.responses import EVIDENCE, REASON, answer, encoded
from smartflo_contract.mock_server.lists.magic_ids import FAILURES, FAULT_IDS, Failure, is_list_id, least_known
from smartflo_contract.schemas.errors import nearest

FAULT: Final = "X-Smartflo-Fake-Fault"
OK: Final = "ok"
STATUS: Final = "a status"
ANY: Final = "any"
GET_LEADS: Final = "GET /v1/broadcast/leads/{id}"
OF_LISTS: Final = (
    GET_LEADS,
    "POST /v1/broadcast/leads/{id}",
    "PATCH /v1/broadcast/leads/{id}",
    "DELETE /v1/broadcast/leads/{id}",
    "POST /v1/broadcast/lead/{id}",
    "PUT /v1/broadcast/list/{id}",
    "DELETE /v1/broadcast/list/{id}",
)
"""Routes in which the id is a list's; in others it is a lead's or a batch's."""
LOGIN: Final = "POST /v1/auth/login"
_LEADS: Final = b'[{"'
"""How a body with leads begins."""
_BETWEEN: Final = b'},{"'
"""Between two leads; inside a text the quote would be escaped."""
_PAUSE: Final = 0.05
"""Seconds. Granian may lose what it has not written yet when a body ends early."""


@dataclass(frozen=True)
class Fault:
    """A rule: which answers of an account go wrong, and how.

    Every request that a rule is about counts for it. Of several rules the first whose turn it is acts.

    Attributes:
        steps: a status, the name of a fault, or ``ok`` for each request in turn; afterwards ok.
        list_id: only requests for this list; ``None`` for all.
        route: only requests of this route, as in the OpenAPI document; ``any`` for all.
        at: act on this request alone, counted from 1.
        repeat: begin again after the last step.
        probability: act on so many of the requests, chosen by the seed; the steps then repeat.
        seconds: of ``delay``.
        jitter: up to so many seconds more, chosen by the seed.
        lead: of ``cut`` and ``cut_clean``: how many leads arrive whole.
        retry_after: of a status: seconds in the header ``Retry-After``, which the vendor's pages do not name.

    Raises:
        ConfigError: the steps are no list; other settings are checked in the configuration that the rule stands in.
    """

    steps: Sequence[str | int]
    list_id: int | None = None
    route: str = GET_LEADS
    at: int | None = None
    repeat: bool = False
    probability: float = 1.0
    seconds: float = 1.0
    jitter: float = 0.0
    lead: int = 1
    retry_after: int | None = None

    def __post_init__(self) -> None:
        """Store the steps as a tuple of texts."""
        if not isinstance(self.steps, list | tuple):
            message = 'steps: expected a list of faults, such as [503, 503, "ok"]'
            raise ConfigError(message)
        steps = tuple(str(step) if isinstance(step, int) else step for step in self.steps)
        object.__setattr__(self, "steps", steps)

    @classmethod
    def parsed(cls, text: str) -> "Fault":
        """Return the rule that a text says: steps with commas, then settings, such as ``503,503,ok;list_id=8668``.

        Raises:
            ConfigError: it says none.
        """
        steps, *settings = text.split(";")
        if "=" in steps:
            message = f"fault {text}: settings come after `;`, such as cut;at=3"
            raise ConfigError(message)
        given = dict(_setting(text, setting) for setting in settings)
        return cls(tuple(step.strip() for step in steps.split(",")), **given)

    def wants(self, route: str, list_id: str | None) -> bool:
        """Whether a request counts for the rule."""
        return self.route in {ANY, route} and self.list_id in {None, _number(list_id)}

    def step(self, number: int, seed: str) -> str:
        """Return what becomes of a request.

        Args:
            number: of the request, counted from 0.
            seed: the same for the same rule.
        """
        if self.at is not None:
            return str(self.steps[0]) if number + 1 == self.at else OK
        if self.repeat or self.probability < 1:
            hit = self.probability == 1 or share(f"{seed}/{number}") < self.probability
            return str(self.steps[number % len(self.steps)]) if hit else OK
        return str(self.steps[number]) if number < len(self.steps) else OK


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError
    return text == "true"


def _setting(text: str, setting: str) -> tuple[str, Any]:
    """Return name and value of a setting in the text of a rule."""
    name, equals, value = (part.strip() for part in setting.partition("="))
    if not equals or name not in SETTINGS:
        known = f"there are {', '.join(SETTINGS)}.{nearest(name, SETTINGS)}"
        message = f"fault {text}: expected settings such as at=3, got `{setting}`; {known}"
        raise ConfigError(message)
    try:
        return name, SETTINGS[name].read(value)
    except ValueError:
        message = f"fault {text}: {name} cannot be `{value}`"
        raise ConfigError(message) from None


class Setting(NamedTuple):
    """A setting of a rule besides its steps.

    Attributes:
        read: makes its value of a text; a ``ValueError`` says that none can be made.
        means: what it does, for people.
        steps: of these faults alone, ``a status`` among them; empty where it is of all.
    """

    read: Callable[[str], Any]
    means: str
    steps: tuple[str, ...] = ()


SETTINGS: Final[Mapping[str, Setting]] = {
    "list_id": Setting(int, "only requests for this list"),
    "route": Setting(str, "only requests of this route, spelled as in `smartflo-contract openapi`; `any` for all"),
    "at": Setting(int, "one request alone goes wrong, by its number, counted from 1"),
    "repeat": Setting(_truth, "begin again after the last step"),
    "probability": Setting(float, "so many requests go wrong, by the seed; steps repeat, hit or not"),
    "seconds": Setting(float, "the answer comes so late", ("delay",)),
    "jitter": Setting(float, "up to so many seconds more, chosen by the seed", ("delay",)),
    "lead": Setting(int, "so many leads arrive whole", ("cut", "cut_clean")),
    "retry_after": Setting(int, "seconds in the header Retry-After; the vendor's pages name none", (STATUS,)),
}
"""The settings that a text may say, by name."""
FAULT_NAMES: Final = [one.name for one in fields(Fault)]


class Moment(NamedTuple):
    """One request that goes wrong.

    Attributes:
        fault: the rule, for its settings.
        request: the request.
        answer: makes the answer that it would have had, once.
        share: from 0 to below 1, by the seed.
        now: seconds since the epoch, on the fake's clock.
        quirks: the value of every quirk.
    """

    fault: Fault
    request: Request
    answer: Callable[[], Response]
    share: float
    now: float
    quirks: Quirks


class Kind(NamedTuple):
    """One way to go wrong.

    Attributes:
        happen: makes the answer; ``None`` where there is nothing that can go wrong so.
        evidence: how well it is known that the vendor's API does so.
        why: what a client meets.
        done: whether the request is done, as a write that is read back tells.
    """

    happen: Callable[[Moment], Response | None]
    evidence: str
    why: str
    done: bool = True


def share(text: str) -> float:
    """Return a number from 0 to below 1 that follows from a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64


def happen(step: str, moment: Moment) -> Response:
    """Return the answer to a request that goes wrong; one that the fault cannot change stays as it was."""
    kind = KINDS.get(step)
    answer = cache(moment.answer)
    response = _status(int(step), moment) if kind is None else kind.happen(moment._replace(answer=answer))
    if response is None:
        return answer()
    response.headers[FAULT] = step
    if kind is not None:
        response.headers[EVIDENCE] = least_known([kind.evidence, response.headers.get(EVIDENCE, kind.evidence)])
        response.headers[REASON] = encoded(f"the fault {step}: {kind.why}")
    return response


def magic_fault(list_id: str | None) -> Fault | None:
    """Return the rule of a magic list id: the fault at every request, or at every other one where reads must differ."""
    name = FAULT_IDS.get(_number(list_id) or 0)
    if name is None:
        return None
    return Fault((OK, name) if name == "changing" else (name,), repeat=True)


def _number(list_id: str | None) -> int | None:
    return int(list_id) if list_id is not None and is_list_id(list_id) else None


def is_status(step: str) -> bool:
    """Whether a step is a status that stands for an error."""
    return len(step) == 3 and step.isascii() and step.isdigit() and "400" <= step <= "599"  # noqa: PLR2004 - digits


def _status(status: int, moment: Moment) -> Response:
    usual = Failure(status, {"success": False, "message": "Error."}, "assumed")
    found, retry_after = FAILURES.get(status, usual).under(moment.quirks), moment.fault.retry_after
    if retry_after is None:
        return answer(status, found.body, found.evidence, reason=f"the fault {status}")
    reason = f"the fault {status}; Retry-After is assumed"
    return answer(status, found.body, "assumed", reason=reason, headers={"Retry-After": str(retry_after)})


class _Drop(Response):
    """Ends the connection without an answer."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Break off where the server does so without a word: here, because Flask answers errors of a view by 500."""
        if environ.get("SERVER_SOFTWARE") == "Granian":
            start_response("200 OK", [("Content-Length", "-1")])  # its HTTP library refuses this, and closes
            return iter(())  # no list: of that Granian would know the length, and answer
        raise ConnectionResetError(errno.ECONNRESET, "connection reset by the fake")


def _delay(moment: Moment) -> Response:
    time.sleep(moment.fault.seconds + moment.fault.jitter * moment.share)
    return moment.answer()


def _reset(_: Moment) -> Response:
    return _Drop()


def _reset_after(moment: Moment) -> Response:
    moment.answer().close()
    return _Drop()


def _cut(moment: Moment) -> Response | None:
    environ = moment.request.environ
    moment.request.max_content_length = LARGE + 1
    moment.request.get_data()  # what is not read would keep Werkzeug waiting for more
    response = moment.answer()
    first = _first(response)
    if not first:
        return None
    declared = response.content_length
    begun = _begun(response, moment.fault.lead) if first.startswith(_LEADS) else first[:-1]

    def body() -> Iterator[bytes]:
        yield begun
        if environ.get("SERVER_SOFTWARE") == "Granian":
            time.sleep(_PAUSE)
        elif "werkzeug.socket" not in environ:  # in process, where nobody counts bytes
            raise ConnectionResetError(errno.ECONNRESET, "connection reset by the fake")

    cut = _with_body(response, body())
    cut.content_length = max(declared or 0, len(begun) + 1_000)
    return cut


def _cut_clean(moment: Moment) -> Response | None:
    response = moment.answer()
    return _with_body(response, _begun(response, moment.fault.lead)) if _has_leads(response) else None


def _dangling_comma(moment: Moment) -> Response | None:
    def body(pieces: Iterator[bytes]) -> Iterator[bytes]:
        last = next(pieces, b"")
        for piece in pieces:
            yield last
            last = piece
        yield last.removesuffix(b"]") + b","

    return _changed(moment.answer(), body)


def _html(_: Moment) -> Response:
    return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", mimetype="text/html")


def _content_type(moment: Moment) -> Response:
    response = moment.answer()
    response.headers["Content-Type"] = "text/html; charset=UTF-8"
    return response


def _invalid_utf8(moment: Moment) -> Response | None:
    def body(pieces: Iterator[bytes]) -> Iterator[bytes]:
        yield next(pieces, b"").replace(b'":"', b'":"\xff', 1)
        yield from pieces

    return _changed(moment.answer(), body)


def _duplicate_leads(moment: Moment) -> Response | None:
    return _after_the_first(moment, lambda first, rest: b"[" + first + b"," + first + rest)


def _changing(moment: Moment) -> Response | None:
    return _after_the_first(moment, lambda _, rest: b"[" + rest.removeprefix(b","))


def _lockout(moment: Moment) -> Response:
    from smartflo_contract.mock_server.api.auth import LOCKED_SECONDS, locked_out  # noqa: PLC0415 - it imports this

    return locked_out("429", moment.now + LOCKED_SECONDS, "the fault lockout")


def _after_the_first(moment: Moment, change: Callable[[bytes, bytes], bytes]) -> Response | None:
    """Return the answer with its beginning changed: called with the first lead, and what follows it in its piece."""

    def body(pieces: Iterator[bytes]) -> Iterator[bytes]:
        piece = next(pieces, b"")
        end = piece.find(_BETWEEN) + 1 or len(piece) - piece.endswith(b"]")
        yield change(piece[1:end], piece[end:])
        yield from pieces

    return _changed(moment.answer(), body)


def _begun(response: Response, leads: int) -> bytes:
    """Return the beginning of a list: some whole leads, and a comma."""
    got = b""
    for piece in _pieces(response):
        got += piece
        end = _end(got, leads)
        if end is not None:
            return got[:end] + b","
    return got.removesuffix(b"]") + b","


def _end(got: bytes, leads: int) -> int | None:
    """Return where a number of leads end, ``None`` where there are not so many yet."""
    end = 1
    for _ in range(leads):
        end = got.find(_BETWEEN, end) + 1
        if end == 0:
            return None
    return end


def _changed(response: Response, change: Callable[[Iterator[bytes]], Iterator[bytes]]) -> Response | None:
    """Return an answer with leads with another body; ``None`` for other answers."""
    return _with_body(response, change(_pieces(response))) if _has_leads(response) else None


def _has_leads(response: Response) -> bool:
    return _first(response).startswith(_LEADS)


def _first(response: Response) -> bytes:
    """Return the first piece of the body of a success, empty where there is none; the body stays whole."""
    if response.status_code != 200:  # noqa: PLR2004 - it is the status
        return b""
    pieces = _pieces(response)
    first = next(pieces, b"")
    if first and not response.is_sequence:
        response.response = chain((first,), pieces)
    return first


def _pieces(response: Response) -> Iterator[bytes]:
    return cast("Iterator[bytes]", iter(response.response))


def _with_body(response: Response, body: bytes | Iterator[bytes]) -> Response:
    """Return an answer with another body, which no entity tag speaks of."""
    headers = [(name, value) for name, value in response.headers if name not in {"ETag", "Content-Length"}]
    return Response(body, response.status_code, headers)


KINDS: Final[Mapping[str, Kind]] = {
    "delay": Kind(_delay, "assumed", "the answer comes late"),
    "reset": Kind(_reset, "assumed", "the connection ends without an answer", done=False),
    "reset_after": Kind(_reset_after, "assumed", "the request is done, and the connection ends without an answer"),
    "cut": Kind(_cut, "assumed", "the body ends before its Content-Length"),
    "cut_clean": Kind(_cut_clean, "assumed", "the body is complete, and holds half an array"),
    "dangling_comma": Kind(_dangling_comma, "sample", "the array ends in a comma and has no bracket"),
    "html": Kind(_html, "assumed", "a page instead of JSON, with status 200", done=False),
    "content_type": Kind(_content_type, "assumed", "JSON that says it is a page"),
    "invalid_utf8": Kind(_invalid_utf8, "assumed", "a byte that is no UTF-8"),
    "duplicate_leads": Kind(_duplicate_leads, "assumed", "the first lead is there twice"),
    "changing": Kind(_changing, "assumed", "the first lead is gone, and there again at the next read"),
    "lockout": Kind(_lockout, "assumed", "too many logins, with retry_after in Indian time", done=False),
}
"""Every fault by its name; any status from 400 to 599 is one as well."""
DROPPED: Final = ("reset", "reset_after")
"""Faults after which no answer comes."""
OF_ARRAYS: Final = ("cut_clean", "dangling_comma", "invalid_utf8", "duplicate_leads", "changing")
"""Faults that leave an answer that is no array as it is."""

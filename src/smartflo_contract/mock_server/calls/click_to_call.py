"""Calls that clients make by click-to-call: what is stored of them, and how they go."""

from hashlib import blake2b
from typing import Final, NamedTuple
from uuid import UUID

from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.mock_server.calls.call_record import CallRecord

MAX_CALLS: Final = 1_000
"""Maximum number of calls that an account stores; the oldest are dropped."""
MAX_RING_SECONDS: Final = 30
"""How long a phone rings without an answer. Documented as the default of ``customer_ring_timeout``."""
_RING_SECONDS: Final = (4, 20)
_TALK_SECONDS: Final = (15, 300)
_PERCENT: Final = 100
_ANSWERED: Final = "NORMAL_CLEARING"
"""Hangup cause of calls that are answered."""
_OUTCOMES: Final = ((70, _ANSWERED), (88, "NO_ANSWER"), (96, "USER_BUSY"), (_PERCENT, "NORMAL_TEMPORARY_FAILURE"))
"""Hangup causes; each is that of the calls with a percentage below its own and not below the one before. Assumed."""
_HUNG_UP: Final = "ORIGINATOR_CANCEL"
"""Hangup cause of a call that ended before it was answered, by ``POST /v1/call/hangup``. Assumed."""


class ClickToCall(NamedTuple):
    """A call that a client made.

    Attributes:
        ref_id: the id in the response, a UUID.
        call_id: the id by which the call is hung up.
        service: the route that made it: ``click_to_call`` or ``click_to_call_support``.
        phone: the called number, as leads store it.
        agent: what names the agent: id, extension, intercom or phone number.
        caller_id: the number that the called party sees, as leads store it.
        custom_identifier: the client's own reference; an object is JSON-encoded.
        started_ms: when it started, in epoch ms on the account's clock.
        dialled_ms: the same in dial time.
        max_ring_seconds: how long the phone may ring.
        max_talk_seconds: how long the call may last after the answer; 0 for no limit.
        hung_up_ms: when a client hung it up, in ms since its start; ``None`` unless one did.
    """

    ref_id: str
    call_id: str
    service: str
    phone: str
    agent: str
    caller_id: str
    custom_identifier: str
    started_ms: int
    dialled_ms: int
    max_ring_seconds: int
    max_talk_seconds: int
    hung_up_ms: int | None = None


class Course(NamedTuple):
    """How a call goes. Times are in ms since its start.

    Attributes:
        answered_ms: when it is answered; ``None`` if it is not.
        ended_ms: when it ends.
        hangup_cause: why it ends.
    """

    answered_ms: int | None
    ended_ms: int
    hangup_cause: str


def new_ref_id(seed: int, serial: int) -> str:
    """Return the ``ref_id`` of a new call.

    Args:
        seed: seed of the fake.
        serial: a number that no other call of the account has.
    """
    digest = blake2b(f"smartflo-contract/ref_id/{seed}/{serial}".encode(), digest_size=16).digest()
    return str(UUID(bytes=digest, version=4))


def record_of(seed: int, call: ClickToCall, start_ms: int) -> CallRecord:
    """Return a call as call records show it.

    Args:
        seed: seed of the fake.
        call: the call.
        start_ms: when it started: ``started_ms`` on the account's clock, or ``dialled_ms`` in dial time.
    """
    course = course_of(seed, call)
    return CallRecord(
        call_id=call.call_id,
        uuid=call.ref_id,
        ref_id=call.ref_id,
        direction="outbound",
        service=call.service,
        number=call.phone,
        caller_id=call.caller_id,
        start_ms=start_ms,
        answered_ms=None if course.answered_ms is None else start_ms + course.answered_ms,
        end_ms=start_ms + course.ended_ms,
        hangup_cause=course.hangup_cause,
        agent=call.agent,
        custom_identifier=call.custom_identifier,
    )


def course_of(seed: int, call: ClickToCall) -> Course:
    """Return how a call goes: a function of the seed and the call's ``ref_id``, unless a client hangs it up.

    Args:
        seed: seed of the fake.
        call: the call.
    """
    draw = Draw(f"smartflo-contract/click_to_call/{seed}/{call.ref_id}".encode())
    percent = draw.below(_PERCENT)
    cause, ring = next(cause for limit, cause in _OUTCOMES if percent < limit), draw.between(*_RING_SECONDS)
    talk = draw.between(*_TALK_SECONDS)
    if cause == "NO_ANSWER" or ring > call.max_ring_seconds:
        cause, ring = "NO_ANSWER", call.max_ring_seconds
    if call.max_talk_seconds:
        talk = min(talk, call.max_talk_seconds)
    answered_ms = ring * 1_000 if cause == _ANSWERED else None
    ended_ms = (ring + talk if cause == _ANSWERED else ring) * 1_000
    if call.hung_up_ms is None or call.hung_up_ms >= ended_ms:
        return Course(answered_ms, ended_ms, cause)
    if answered_ms is None or call.hung_up_ms < answered_ms:
        return Course(None, call.hung_up_ms, _HUNG_UP)
    return Course(answered_ms, call.hung_up_ms, cause)

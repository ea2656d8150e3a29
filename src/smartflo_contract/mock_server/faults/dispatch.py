"""Choose the fault rule that applies to a request, and make the faulty response."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import NamedTuple

from flask import Request, Response

from smartflo_contract.mock_server.faults.injectors import INJECTORS, FaultContext, find_injector
from smartflo_contract.mock_server.faults.rules import OK, Fault, seeded_fraction
from smartflo_contract.mock_server.http.evidence import weakest_evidence
from smartflo_contract.mock_server.http.responses import (
    EVIDENCE_HEADER,
    FAULT_HEADER,
    REASON_HEADER,
    percent_encode,
)


class Turn(NamedTuple):
    """A rule whose turn it is.

    Attributes:
        rule: the rule.
        step: the name of the fault, or an error status.
        fraction: a number from 0 to below 1 that follows from the seed.
    """

    rule: Fault
    step: str
    fraction: float


def next_turn(rules: Iterable[tuple[int, Fault]], seed: int, count: Callable[[int], int]) -> Turn | None:
    """Count a request for each rule and return the first rule whose turn it is, ``None`` if there is none.

    Args:
        rules: the rules that match the request, each with its number.
        seed: seed of the fake.
        count: counts the request for the rule with a number; returns how many requests came before.
    """
    turns = [_turn(rule, f"fault/{seed}/{number}", count(number)) for number, rule in rules]
    return next((turn for turn in turns if turn.step != OK), None)


def _turn(rule: Fault, seed: str, count: int) -> Turn:
    return Turn(rule, rule.step(count, seed), seeded_fraction(f"{seed}/{count}/more"))


def inject(
    turn: Turn, request: Request, respond: Callable[[], Response], *, now: float, quirks: Mapping[str, str]
) -> Response:
    """Return the faulty response to a request; the normal response if the fault does not apply to it.

    Args:
        turn: the rule that applies.
        request: the request.
        respond: handles the request and returns its normal response.
        now: the time on the fake's clock, in seconds since the epoch.
        quirks: quirk name to value.

    Raises:
        LookupError: there is no such fault.
    """
    rule, step, fraction = turn
    respond = cache(respond)
    injector = find_injector(step)
    if injector is None:
        message = f"there is no fault {step}"
        raise LookupError(message)
    response = injector.inject(FaultContext(step, rule, request, respond, fraction, now, quirks))
    if response is None:
        return respond()
    response.headers[FAULT_HEADER] = step
    if step in INJECTORS:
        evidence = response.headers.get(EVIDENCE_HEADER, injector.evidence)
        response.headers[EVIDENCE_HEADER] = weakest_evidence([injector.evidence, evidence])
        response.headers[REASON_HEADER] = percent_encode(f"the fault {step}: {injector.description}")
    return response

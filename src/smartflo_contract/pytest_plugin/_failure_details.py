"""Lines that explain a failed test: its last requests, the quirks and faults in force, and its edge case."""

from collections.abc import Iterator
from typing import Any

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.mock_server.faults.rules import Fault
from smartflo_contract.pytest_plugin._account import Smartflo
from smartflo_contract.pytest_plugin._assertion_messages import (
    MAX_REQUESTS,
    REQUESTS_HEADING,
    newest_lines,
    request_lines,
)
from smartflo_contract.pytest_plugin._server import SmartfloServer


def unmatched_lines(server: SmartfloServer, account: Smartflo) -> list[str]:
    """Return a line for each of the newest requests that matched no route, with the reason."""
    requests = server.unmatched_requests(account)
    lines = (
        f"{request['method']} {request['path']}: {request['response']['reason']}"
        for request in requests[-MAX_REQUESTS:]
    )
    return newest_lines(lines, len(requests), "request")


def failure_lines(account: Smartflo, error: str) -> Iterator[str]:
    """Yield the lines that explain a failed test.

    Args:
        account: account of the test.
        error: error of the test. If it shows the requests already, they are left out.
    """
    page = account.admin("GET", f"/requests?limit={MAX_REQUESTS}&order=newest")
    requests = [_without_known_reason(request) for request in page["requests"][::-1]]
    if requests and REQUESTS_HEADING not in error:
        yield "last requests of this account:"
        yield from request_lines(requests, page["total"])
    quirks = [quirk for quirk in account.admin("GET", "/quirks") if quirk["value"] != quirk["default"]]
    if quirks:
        yield f"quirks: {', '.join('{name}={value}'.format_map(quirk) for quirk in quirks)}"
    faults = account.admin("GET", "/faults")
    for number, rule in enumerate(faults["rules"]):
        yield f"fault: {Fault(**rule)}{' (no request met it)' if number in faults['unmet'] else ''}"


def edge_case_lines(lead: object, test_id: str) -> Iterator[str]:
    """Yield the name of the edge case that a test gets, and what a client may get wrong.

    Args:
        lead: lead of the test.
        test_id: id of its parameters, which contains the name of the case.
    """
    for case in EDGE_CASES.values():
        if case.name in test_id and lead in case.leads:
            yield f"edge case {case.name}: {case.why}"
            return


def _without_known_reason(request: dict[str, Any]) -> dict[str, Any]:
    """Return a request without its reason if it matched no route: the lines of unmatched requests show that."""
    if request["route"] is not None:
        return request
    return {**request, "response": {**request["response"], "reason": None}}

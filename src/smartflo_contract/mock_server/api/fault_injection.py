"""Inject faults into the responses of the vendor's routes."""

from collections.abc import Callable
from functools import partial

from flask import Response

from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.faults.dispatch import inject, next_turn
from smartflo_contract.mock_server.faults.injectors import find_injector
from smartflo_contract.mock_server.http.route_names import GET_LEADS
from smartflo_contract.mock_server.journal.entry import keep_small_body
from smartflo_contract.mock_server.lists.magic_ids import magic_fault


def respond_with_faults(
    call: Call,
    route: str,
    list_id: str | None,
    respond: Callable[[], Response],
    respond_with_leads: Callable[[], Response] | None = None,
) -> Response:
    """Return the response to a request, with a fault if a rule applies to it.

    Args:
        call: the request; its account's rules count it.
        route: method and path, as in the OpenAPI document.
        list_id: the path segment with the list id, ``None`` if the route has none.
        respond: handles the request and returns its normal response.
        respond_with_leads: the same for a fault that edits leads; ``None`` if nothing removes them.
    """
    rules = [(number, rule) for number, rule in enumerate(call.settings.faults) if rule.matches(route, list_id)]
    magic = magic_fault(list_id) if route == GET_LEADS else None
    if magic is not None:
        rules.append(magic)
    if not rules:
        return respond()
    turn = next_turn(rules, call.state.config.seed, partial(_count, call))
    if turn is None:
        return respond()
    if call.state.journal:
        keep_small_body(call.request)  # a fault may respond before the handler reads the body
    injector = find_injector(turn.step)
    if respond_with_leads is not None and injector is not None and injector.edits_leads:
        respond = respond_with_leads
    return inject(turn, call.request, respond, now=call.state.now(call.account), quirks=call.settings.quirks)


def _count(call: Call, number: int) -> int:
    """Count a request for a fault rule and return how many came before; a read-only fake counts none."""
    if call.state.config.read_only:
        return 0
    with call.state.accounts.edit(call.account) as account:
        count = account.count_for_rule(number)
    if call.settings.faults == call.state.config.faults:
        call.state.note_count(number, count + 1)
    return count

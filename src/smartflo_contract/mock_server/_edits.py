"""What all writes have in common: who may, what the body says, and one client of an account at a time."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from flask import Request, Response

from smartflo_contract.mock_server._accounts import Account
from smartflo_contract.mock_server._answers import answer, refusal, shown
from smartflo_contract.mock_server._changes import ListChanges
from smartflo_contract.mock_server._leads import no_changes
from smartflo_contract.mock_server._requests import Body, content_of
from smartflo_contract.mock_server._state import State


class Refused(ValueError):  # noqa: N818 - the name says what happened
    """A value cannot be written; answered as 422, a flat map of key to message."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep what is wrong."""
        super().__init__(str(faults))
        self.faults = dict(faults)


class Edit(NamedTuple):
    """A write that may be made.

    Attributes:
        state: the fake.
        account: opened for changes.
        now: epoch ms, on the account's clock.
        content: the body; empty where the request has none.
    """

    state: State
    account: Account
    now: int
    content: dict[str, Any]


def in_account(state: State, request: Request, body: Body | None, write: Callable[[Edit], Response]) -> Response:
    """Write to the account that asks.

    Args:
        state: the fake.
        request: the request.
        body: what its body may be; ``None`` where it has none.
        write: makes the changes, and the answer.
    """
    caller = state.writer(request)
    if isinstance(caller, Response):
        return caller
    content = {} if body is None else content_of(request, body)
    if isinstance(content, Response):
        return content
    with state.accounts.edit(caller.account) as account:
        try:
            return write(Edit(state, account, int(account.clock.now(state.clock()) * 1_000), content))
        except Refused as refused:
            return answer(422, refused.faults, "assumed", reason="" if body is None else f"for example {body.example}")


def in_list(
    state: State, request: Request, list_id: str, body: Body | None, write: Callable[[Edit, ListChanges], Response]
) -> Response:
    """Write to a list of the account that asks."""

    def found(edit: Edit) -> Response:
        changes = state.changes(edit.account, list_id)
        if isinstance(changes, ListChanges):
            return write(edit, changes)
        return no_changes(list_id, changes, state.quirks)

    return in_account(state, request, body, found)


def at_lead(
    state: State, request: Request, lead_id: str, body: Body | None, write: Callable[[Edit, ListChanges, int], Response]
) -> Response:
    """Write to the lead of an id, in whichever list of the account it is; called with its index there."""

    def found(edit: Edit) -> Response:
        place = state.lead(edit.account, lead_id)
        if place is not None:
            return write(edit, *place)
        reason = (
            f"no lead of this account has the id {shown(lead_id)}; here the id is the lead's own: lead_id of "
            "GET /v1/broadcast/leads/<list id>"
        )
        return refusal(404, "Lead not found.", reason)

    return in_account(state, request, body, found)


def done(message: str, ignored: Iterable[str] = (), **more: object) -> Response:
    """Return the answer to a write that was made.

    Args:
        message: what was done.
        ignored: keys of the request that mean nothing.
        more: what else the answer says.
    """
    keys = ", ".join(shown(key) for key in list(ignored)[:10])
    reason = f"these keys mean nothing here, and were ignored: {keys}" if keys else ""
    return answer(200, {"success": True, "message": message} | more, "assumed", reason=reason)

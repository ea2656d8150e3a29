"""What all writes have in common: who may, what the body says, and one client of an account at a time."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from flask import Response

from smartflo_contract.factories import LeadWriter
from smartflo_contract.mock_server.accounts.settings import Terms
from smartflo_contract.mock_server.accounts.store import Account
from smartflo_contract.mock_server.api.read_leads import no_changes
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.request_bodies import Body, content_of
from smartflo_contract.mock_server.http.responses import answer, refusal, shown
from smartflo_contract.mock_server.lists.catalog import World
from smartflo_contract.mock_server.lists.edited_list import ListChanges
from smartflo_contract.mock_server.lists.lead_list import LeadList
from smartflo_contract.mock_server.lists.magic_ids import Failure, is_list_id

_FIXED: Final = Failure(403, {"success": False, "message": "You do not have access to this list."}, "assumed")
"""The answer to whoever would change a list whose leads are given: the edge cases stay what they are."""
_READ_ONLY: Final = "this fake is read-only, so it takes no changes; start it with one worker and without --read-only"


class Refused(ValueError):  # noqa: N818 - the name says what happened
    """A value cannot be written; answered as 422, a flat map of key to message."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep what is wrong."""
        super().__init__(str(faults))
        self.faults = dict(faults)


class Edit(NamedTuple):
    """A write that may be made.

    Attributes:
        terms: what holds for the account.
        account: opened for changes.
        now: epoch ms, on the account's clock.
        content: the body; empty where the request has none.
    """

    terms: Terms
    account: Account
    now: int
    content: dict[str, Any]


def in_account(call: Call, body: Body | None, write: Callable[[Edit], Response]) -> Response:
    """Write to the account that asks.

    Args:
        call: the request.
        body: what its body may be; ``None`` where it has none.
        write: makes the changes, and the answer.
    """
    state = call.state
    if state.config.read_only:
        return refusal(403, "You do not have access to this resource.", _READ_ONLY)
    content = {} if body is None else content_of(call.request, body)
    if isinstance(content, Response):
        return content
    with state.accounts.edit(call.account) as account:
        terms = state.terms(call.account)  # once more: they may have changed while this request waited
        try:
            return write(Edit(terms, account, int(account.clock.now(state.clock()) * 1_000), content))
        except Refused as refused:
            return answer(422, refused.faults, "assumed", reason="" if body is None else f"for example {body.example}")


def in_list(call: Call, list_id: str, body: Body | None, write: Callable[[Edit, ListChanges], Response]) -> Response:
    """Write to a list of the account that asks."""

    def found(edit: Edit) -> Response:
        changes = changes_of(edit.account, edit.terms.world, list_id)
        if isinstance(changes, ListChanges):
            return write(edit, changes)
        return no_changes(list_id, changes, edit.terms.quirks)

    return in_account(call, body, found)


def at_lead(
    call: Call, lead_id: str, body: Body | None, write: Callable[[Edit, ListChanges, int], Response]
) -> Response:
    """Write to the lead of an id, in whichever list of the account it is; called with its index there."""

    def found(edit: Edit) -> Response:
        place = place_of(edit.account, edit.terms.world, lead_id)
        if place is not None:
            return write(edit, *place)
        reason = (
            f"no lead of this account has the id {shown(lead_id)}; here the id is the lead's own: lead_id of "
            "GET /v1/broadcast/leads/<list id>"
        )
        return refusal(404, "Lead not found.", reason)

    return in_account(call, body, found)


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


def changes_of(account: Account, world: World, list_id: str) -> ListChanges | Failure | None:
    """Return the changes of a list, begun here where there are none yet; ``None`` where there is no such list.

    Args:
        account: opened for changes.
        world: the account's.
        list_id: as it was asked for.
    """
    known = account.lists.get(int(list_id)) if is_list_id(list_id) else None
    if known is not None:
        return None if known.deleted else known
    found = world.find(list_id)
    if not isinstance(found, LeadList):
        return found
    definition = world.lists.get(int(list_id))
    if isinstance(definition, FixtureList):
        changes = world.changes(definition)
    elif isinstance(found.writer, LeadWriter):
        changes = ListChanges(found.writer)
    else:
        return _FIXED
    account.put_list(int(list_id), changes, world.key)
    return changes


def place_of(account: Account, world: World, lead_id: str) -> tuple[ListChanges, int] | None:
    """Return the changes of the list that has the lead of an id, and its index there.

    The lead of a magic list is found once that list has been read.

    Args:
        account: opened for changes.
        world: the account's.
        lead_id: as it was asked for.
    """
    for list_id in dict.fromkeys((*account.lists, *world.known())):
        changes = changes_of(account, world, str(list_id))
        index = changes.find(lead_id) if isinstance(changes, ListChanges) else None
        if isinstance(changes, ListChanges) and index is not None:
            return changes, index
    return None

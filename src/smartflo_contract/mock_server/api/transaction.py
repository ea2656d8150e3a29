"""What all writes have in common: who may, what the body says, and one client of an account at a time."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from flask import Response

from smartflo_contract.factories import LeadWriter
from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.resolution import ResolvedSettings
from smartflo_contract.mock_server.api.read_leads import no_changes
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.error_responses import ErrorResponse
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.http.request_bodies import BodySpec, read_json_object
from smartflo_contract.mock_server.http.responses import error_response, json_response, truncate
from smartflo_contract.mock_server.lists.catalog import Catalog
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.lists.lead_list import LeadList

_FIXED: Final = ErrorResponse(403, {"success": False, "message": "You do not have access to this list."}, "assumed")
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
        settings: what holds for the account.
        account: opened for changes.
        now: epoch ms, on the account's clock.
        content: the body; empty where the request has none.
    """

    settings: ResolvedSettings
    account: Account
    now: int
    content: dict[str, Any]


def in_account(call: Call, body: BodySpec | None, write: Callable[[Edit], Response]) -> Response:
    """Write to the account that asks.

    Args:
        call: the request.
        body: what its body may be; ``None`` where it has none.
        write: makes the changes, and the answer.
    """
    state = call.state
    if state.config.read_only:
        return error_response(403, "You do not have access to this resource.", _READ_ONLY)
    content = {} if body is None else read_json_object(call.request, body)
    if isinstance(content, Response):
        return content
    with state.accounts.edit(call.account) as account:
        settings = state.resolved_settings(call.account)  # once more: they may have changed while this request waited
        try:
            return write(Edit(settings, account, int(account.clock.now(state.clock()) * 1_000), content))
        except Refused as refused:
            return json_response(
                422, refused.faults, "assumed", reason="" if body is None else f"for example {body.example}"
            )


def in_list(call: Call, list_id: str, body: BodySpec | None, write: Callable[[Edit, EditedList], Response]) -> Response:
    """Write to a list of the account that asks."""

    def found(edit: Edit) -> Response:
        changes = changes_of(edit.account, edit.settings.catalog, list_id)
        if isinstance(changes, EditedList):
            return write(edit, changes)
        return no_changes(list_id, changes, edit.settings.quirks)

    return in_account(call, body, found)


def at_lead(
    call: Call, lead_id: str, body: BodySpec | None, write: Callable[[Edit, EditedList, int], Response]
) -> Response:
    """Write to the lead of an id, in whichever list of the account it is; called with its index there."""

    def found(edit: Edit) -> Response:
        place = place_of(edit.account, edit.settings.catalog, lead_id)
        if place is not None:
            return write(edit, *place)
        reason = (
            f"no lead of this account has the id {truncate(lead_id)}; here the id is the lead's own: lead_id of "
            "GET /v1/broadcast/leads/<list id>"
        )
        return error_response(404, "Lead not found.", reason)

    return in_account(call, body, found)


def done(message: str, ignored: Iterable[str] = (), **more: object) -> Response:
    """Return the answer to a write that was made.

    Args:
        message: what was done.
        ignored: keys of the request that mean nothing.
        more: what else the answer says.
    """
    keys = ", ".join(truncate(key) for key in list(ignored)[:10])
    reason = f"these keys mean nothing here, and were ignored: {keys}" if keys else ""
    return json_response(200, {"success": True, "message": message} | more, "assumed", reason=reason)


def changes_of(account: Account, catalog: Catalog, list_id: str) -> EditedList | ErrorResponse | None:
    """Return the changes of a list, begun here where there are none yet; ``None`` where there is no such list.

    Args:
        account: opened for changes.
        catalog: the account's.
        list_id: as it was asked for.
    """
    known = account.lists.get(int(list_id)) if is_list_id(list_id) else None
    if known is not None:
        return None if known.deleted else known
    found = catalog.find(list_id)
    if not isinstance(found, LeadList):
        return found
    definition = catalog.lists.get(int(list_id))
    if isinstance(definition, FixtureList):
        changes = catalog.edited_list(definition)
    elif isinstance(found.source, LeadWriter):
        changes = EditedList(found.source)
    else:
        return _FIXED
    account.put_list(int(list_id), changes, catalog.key)
    return changes


def place_of(account: Account, catalog: Catalog, lead_id: str) -> tuple[EditedList, int] | None:
    """Return the changes of the list that has the lead of an id, and its index there.

    The lead of a magic list is found once that list has been read.

    Args:
        account: opened for changes.
        catalog: the account's.
        lead_id: as it was asked for.
    """
    for list_id in dict.fromkeys((*account.lists, *catalog.known_ids())):
        changes = changes_of(account, catalog, str(list_id))
        index = changes.find(lead_id) if isinstance(changes, EditedList) else None
        if isinstance(changes, EditedList) and index is not None:
            return changes, index
    return None

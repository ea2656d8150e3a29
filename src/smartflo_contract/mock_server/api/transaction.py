"""Write to an account: one client at a time, with a validated body."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from flask import Response

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.lookup import find_lead, find_list
from smartflo_contract.mock_server.accounts.resolution import ResolvedSettings
from smartflo_contract.mock_server.api.list_errors import unwritable_list_response
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.request_bodies import BodySpec, read_object, validation_response
from smartflo_contract.mock_server.http.responses import error_response, json_response
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.schemas.printable import truncate

_READ_ONLY: Final = "this fake is read-only and accepts no changes; start it with one worker and without --read-only"
_MAX_IGNORED_KEYS: Final = 10
"""Maximum number of ignored keys that a response names."""


class WriteRejected(Exception):  # noqa: N818 - a response, not a failure of the fake
    """A write that the fake rejects.

    Attributes:
        response: the response to the client.
    """

    def __init__(self, response: Response) -> None:
        """Store the response."""
        super().__init__(response.status)
        self.response = response


class InvalidValuesError(ValueError):
    """Values that cannot be written. The response is 422 with a flat map from key to message.

    Attributes:
        messages: key to message.
        expected: what a valid value of the keys is, for the reason of the response; empty if the messages state it.
    """

    def __init__(self, messages: Mapping[str, str], expected: str = "") -> None:
        """Store the messages, and what is expected."""
        super().__init__(str(messages))
        self.messages = dict(messages)
        self.expected = expected


class Transaction(NamedTuple):
    """A write to an account.

    Attributes:
        settings: resolved settings of the account.
        account: the account, opened for editing.
        now: the time on the account's clock, in epoch ms.
        content: the body; empty if the route has none.
    """

    settings: ResolvedSettings
    account: Account
    now: int
    content: dict[str, Any]

    def edited_list(self, list_id: str) -> EditedList:
        """Return a list of the account for editing.

        Raises:
            WriteRejected: there is no such list, or its id stands for an error response.
        """
        result = find_list(self.account, self.settings.catalog, list_id)
        if isinstance(result, EditedList):
            return result
        raise WriteRejected(unwritable_list_response(list_id, result, self.settings.quirks))

    def edited_lead(self, lead_id: str) -> tuple[EditedList, int]:
        """Return the list that contains a lead, for editing, and the lead's index in it.

        Raises:
            WriteRejected: the account has no such lead.
        """
        position = find_lead(self.account, self.settings.catalog, lead_id)
        if position is not None:
            return position
        reason = (
            f"this account has no lead with the id {truncate(lead_id)}; the id in this path is the lead's own: lead_id "
            "of GET /v1/broadcast/leads/<list id>"
        )
        raise WriteRejected(error_response(404, "Lead not found.", reason))


@contextmanager
def open_transaction(call: Call, body: BodySpec | None = None) -> Iterator[Transaction]:
    """Open the account of a call for editing.

    Args:
        call: the request.
        body: the body that the route accepts; ``None`` for none.

    Raises:
        WriteRejected: the fake is read-only, the body is invalid, or the block raised :class:`InvalidValuesError`.
    """
    state = call.state
    _check_writable(call)
    content = {} if body is None else read_object(call.request, body, lambda _: call.settings.quirks)
    if isinstance(content, Response):
        raise WriteRejected(content)
    with state.accounts.edit(call.account) as account:
        settings = state.resolved_settings(call.account)  # they may have changed while this request waited
        try:
            yield Transaction(settings, account, int(account.clock.now(state.clock()) * 1_000), content)
        except InvalidValuesError as error:
            example = "" if body is None else f"for example {body.example}"
            expected = f"{next(iter(error.messages))}: expected {error.expected}" if error.expected else ""
            reason = "; ".join(filter(None, (expected, example)))
            raise WriteRejected(validation_response(error.messages, settings.quirks, reason)) from None


@contextmanager
def open_draft(call: Call) -> Iterator[Transaction]:
    """Open a copy of the account, whose changes are not stored: for ``HEAD`` of a GET that changes something.

    Args:
        call: the request.

    Raises:
        WriteRejected: the fake is read-only, or the block raised :class:`InvalidValuesError`.
    """
    _check_writable(call)
    with call.state.accounts.reading(call.account) as account:
        draft = account.draft()
        try:
            yield Transaction(call.settings, draft, int(account.clock.now(call.state.clock()) * 1_000), {})
        except InvalidValuesError as error:
            raise WriteRejected(validation_response(error.messages, call.settings.quirks)) from None
        finally:
            draft.forget_unedited()


def _check_writable(call: Call) -> None:
    """Reject a write to a read-only fake.

    Raises:
        WriteRejected: the fake is read-only.
    """
    if call.state.config.read_only:
        raise WriteRejected(error_response(403, "You do not have access to this resource.", _READ_ONLY))


def success_response(message: str, ignored: Iterable[str] = (), **values: object) -> Response:
    """Return the response to a successful write.

    Args:
        message: the vendor's message.
        ignored: keys of the request that the fake ignored.
        values: further keys of the response.
    """
    keys = ", ".join(truncate(key) for key in list(ignored)[:_MAX_IGNORED_KEYS])
    reason = f"unknown keys were ignored: {keys}" if keys else ""
    return json_response(200, {"success": True, "message": message} | values, "assumed", reason=reason)

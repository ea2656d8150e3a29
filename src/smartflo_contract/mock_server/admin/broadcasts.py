"""Handlers for the broadcasts of an account."""

from urllib.parse import unquote

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.lookup import find_list
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.api.broadcast_starts import start_run
from smartflo_contract.mock_server.api.broadcast_values import broadcast_settings
from smartflo_contract.mock_server.api.transaction import InvalidValuesError, Transaction, WriteRejected
from smartflo_contract.mock_server.dialling.broadcast import MAX_BROADCASTS, Broadcast
from smartflo_contract.mock_server.http.responses import REASON_HEADER
from smartflo_contract.mock_server.lists.edited_list import EditedList


def post_broadcast(request: AdminRequest) -> object:
    """Create a broadcast and start it, without faults and rate limit."""
    with request.edit_account() as account:
        try:
            broadcast = _start(request, account)
        except InvalidValuesError as error:
            raise Problem(422, " ".join(error.messages.values())) from None
        except WriteRejected as rejected:
            raise Problem(409, unquote(rejected.response.headers[REASON_HEADER])) from None
    return {"id": broadcast.id, "list_id": broadcast.list_id, "name": broadcast.name, "status": broadcast.status}


def _start(request: AdminRequest, account: Account) -> Broadcast:
    """Return a new broadcast of the account that runs.

    Raises:
        InvalidValuesError: a value is invalid.
        Problem: there is no such list, or the account has too many broadcasts.
        WriteRejected: the list cannot be dialled now.
    """
    content = {"name": "Broadcast", **request.body, "phone_number_list": request.body["list_id"]}
    settings, now = broadcast_settings(content), int(account.clock.now(request.state.clock()) * 1_000)
    edited = find_list(account, request.settings.catalog, str(content["list_id"]))
    if not isinstance(edited, EditedList):
        raise Problem(404, "no list with this id can be dialled; GET /__admin/lists returns the lists that can")
    if len(account.broadcasts) >= MAX_BROADCASTS:
        raise Problem(409, f"an account can have {MAX_BROADCASTS:,} broadcasts; reset it, or use another account")
    definition = edited.writer.definition
    created = Broadcast(account.new_broadcast_id(), definition.id, definition.name, settings, now)
    transaction = Transaction(request.settings, account, now, content)
    started = created.with_run(start_run(transaction, created, edited, settings))
    account.put_broadcast(started)
    return started

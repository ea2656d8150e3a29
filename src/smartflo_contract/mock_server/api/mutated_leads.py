"""Apply the mutant of an account to its responses with leads."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from hashlib import blake2b
from typing import Final, TypeVar, cast

from flask import Response

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.api.read_leads import matches_etag
from smartflo_contract.mock_server.context import Call
from smartflo_contract.mock_server.http.evidence import weakest_evidence
from smartflo_contract.mock_server.http.responses import EVIDENCE_HEADER, MUTANT_HEADER, REASON_HEADER, percent_encode
from smartflo_contract.mutants import Mutant, example_of, find_mutants
from smartflo_contract.mutants.bodies import LEADS_START, apply_to, mutated
from smartflo_contract.mutants.catalog import SEPARATOR
from smartflo_contract.mutants.mutant import Note

_OK: Final = 200
_T = TypeVar("_T")
_REMOVED: Final = ("ETag", "Content-Length")
"""Headers that describe the body without the mutant."""


def respond_with_mutant(call: Call, ids: str, respond: Callable[[], Response], *, keep_leads: bool = False) -> Response:
    """Return the response to a request for leads, changed by a mutant.

    A changed body has an entity tag of its own, so a client that has the body from before gets the changed one, and one
    that has the changed one gets 304.

    Args:
        call: the request.
        ids: id of the mutant, or several joined by commas.
        respond: handles the request and returns its normal response.
        keep_leads: whether a fault edits the leads of the response, so that mutants after which there may be none are
            not applied.
    """
    known: str | None = call.environ.pop("HTTP_IF_NONE_MATCH", None)
    response = respond()
    if response.status_code != _OK:
        return response
    try:
        mutants = find_mutants(call.settings.catalog.contract, ids)
    except ValueError:  # the profile of the account has no such mutant
        return _unless_known(response, known)
    if keep_leads:
        mutants = tuple(mutant for mutant in mutants if _keeps_leads(call, mutant))
    if call.environ["REQUEST_METHOD"] != "GET" or not mutants:
        return _unless_known(response, known)
    if matches_etag(known, _changed_etag(response, mutants)):
        return _not_modified(_changed_etag(response, mutants))
    served = [_noting(mutant, _once(partial(_note_id, call, ids, mutant.id))) for mutant in mutants]
    if response.is_sequence:
        return _unless_known(_mutated_sequence(call, ids, served, response), known)
    note = _once(partial(_count, call, ids))
    return _with_body(response, mutated(cast("Iterator[bytes]", response.response), served, note), mutants)


def _keeps_leads(call: Call, mutant: Mutant) -> bool:
    """Return whether an array of leads is still one with a mutant, however few leads it has."""
    _, body = example_of(call.settings.catalog.contract, mutant)
    return mutant.edit_body is None and body.startswith(LEADS_START)


def _unless_known(response: Response, known: str | None) -> Response:
    """Return a response, without its body if the client has it already."""
    etag = response.headers.get("ETag", "")
    return _not_modified(etag) if matches_etag(known, etag) else response


def _not_modified(etag: str) -> Response:
    return Response(status=304, headers=[("ETag", etag), (EVIDENCE_HEADER, "assumed")])


def _joined_ids(mutants: Sequence[Mutant]) -> str:
    return SEPARATOR.join(mutant.id for mutant in mutants)


def _changed_etag(response: Response, mutants: Sequence[Mutant]) -> str:
    """Return the entity tag of the changed body of a response."""
    described = f"{response.headers.get('ETag')} {_joined_ids(mutants)}"
    return f'"{blake2b(described.encode(), digest_size=16).hexdigest()}"'


def _mutated_sequence(call: Call, ids: str, mutants: Sequence[Mutant], response: Response) -> Response:
    """Return a response whose whole body is known; the response itself if the mutant changes nothing in it."""
    body, is_changed = apply_to(b"".join(cast("Iterator[bytes]", response.response)), mutants)
    if not is_changed:
        return response
    _count(call, ids)
    return _with_body(response, body, mutants)


def _with_body(response: Response, body: bytes | Iterator[bytes], mutants: Sequence[Mutant]) -> Response:
    """Return a response with a changed body, whose headers state the change."""
    ids = _joined_ids(mutants)
    headers = [(name, value) for name, value in response.headers if name not in _REMOVED]
    changed = Response(body, response.status_code, headers)
    labels = [label for mutant in mutants for label in mutant.evidence.split(", ")]
    evidence = response.headers.get(EVIDENCE_HEADER, labels[0])
    changed.headers["ETag"] = _changed_etag(response, mutants)
    changed.headers[MUTANT_HEADER] = percent_encode(ids)
    changed.headers[EVIDENCE_HEADER] = weakest_evidence([evidence, *labels])
    changed.headers[REASON_HEADER] = percent_encode(f"the mutant {ids}: {'; '.join(each.change for each in mutants)}")
    return changed


def _noting(mutant: Mutant, note_id: Note) -> Mutant:
    """Return a mutant that also calls a function of its own once it has changed something."""
    return mutant._replace(
        edit_leads=mutant.edit_leads and _noting_edit(mutant.edit_leads, note_id),
        edit_body=mutant.edit_body and _noting_edit(mutant.edit_body, note_id),
    )


def _noting_edit(edit: Callable[[_T, Note], _T], note_id: Note) -> Callable[[_T, Note], _T]:
    def noting_edit(content: _T, note: Note) -> _T:
        def note_both() -> None:
            note_id()
            note()

        return edit(content, note_both)

    return noting_edit


def _note_id(call: Call, ids: str, mutant_id: str) -> None:
    """Note which of several mutants has changed a response."""
    with _account_with_mutant(call) as account:
        if account.settings.mutant == ids:
            account.mutants_served.add(mutant_id)


def _count(call: Call, ids: str) -> None:
    """Count a response that was changed by a mutant which is still set."""
    with _account_with_mutant(call) as account:
        if account.settings.mutant == ids:
            account.mutant_served += 1


def _account_with_mutant(call: Call) -> AbstractContextManager[Account]:
    """Open the account that has the mutant: the caller's own, or that of all."""
    accounts = call.state.accounts
    is_own = accounts.peek(call.account).settings.mutant is not None
    return accounts.edit(call.account if is_own else ALL_ACCOUNTS)


def _once(call_back: Callable[[], None]) -> Callable[[], None]:
    """Return a function that calls another one at its first call only."""
    calls = iter((call_back,))

    def note() -> None:
        next(calls, _nothing)()

    return note


def _nothing() -> None:
    """Do nothing."""

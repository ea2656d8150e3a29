"""Record which cells the responses of a fake have."""

import gzip
from collections.abc import Iterable, Mapping
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, cast

import orjson
from flask import Response

from smartflo_contract.cells.cell import Mask
from smartflo_contract.coverage._streams import MAX_STREAM_LEADS, StreamMask, body_mask, count_when_read
from smartflo_contract.coverage.contract_cells import ContractCells, contract_cells
from smartflo_contract.coverage.pair_counts import PairCounts, PairMasks, occurring
from smartflo_contract.coverage.recording import Contexts, Recording, context_name
from smartflo_contract.coverage.service_cells import service_cells
from smartflo_contract.coverage.summaries import summary_as_dict
from smartflo_contract.mock_server.api.routes import ROUTES
from smartflo_contract.mock_server.faults.injectors import sends_response
from smartflo_contract.mock_server.http.content_coding import GZIP
from smartflo_contract.mock_server.http.responses import FAULT_HEADER, MUTANT_HEADER
from smartflo_contract.mock_server.http.route_names import GET_LEADS
from smartflo_contract.mock_server.lists.catalog import CatalogKey
from smartflo_contract.mock_server.observer import ObservedResponse
from smartflo_contract.schemas import Contract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed.wsgi import WSGIEnvironment

_T = TypeVar("_T")
CONTEXT_HEADER: Final = "X-Smartflo-Fake-Context"
"""Header of a request that names its context, such as the name of a test."""
_CONTEXT_VARIABLE: Final = "HTTP_X_SMARTFLO_FAKE_CONTEXT"
_ROUTES: Final = frozenset(route.name for route in ROUTES)
"""Routes of the vendor; the responses of others, such as those of the user's own routes, are not counted."""
_OK: Final = 200
_MAX_BODIES: Final = 4096
"""Maximum number of bodies whose cells are kept."""
MAX_COUNTED: Final = 16_384
"""Maximum number of responses that are known to have no new cells."""
_MAX_PAIR_BODIES: Final = 256
"""Maximum number of bodies whose pairs of cells are kept."""
_LEAD_QUIRKS: Final = tuple(name for name in CatalogKey._fields if name != "profile")
"""Quirks that leads depend on: they take effect when a list is generated, not when it is requested."""
_NO_ACCOUNT: Final = ""
"""Key of what was served without an account."""
_TRUNCATED: Final = f"of a streamed list, the first {MAX_STREAM_LEADS:,} leads are counted"


class _Client(NamedTuple):
    """Who was served.

    Attributes:
        account: the account's id, or ``_NO_ACCOUNT``.
        context: name of the context.
    """

    account: str
    context: str


class _Response(NamedTuple):
    """A response, and the client that it is sent to.

    Attributes:
        client: the client.
        route: method and path, as in the OpenAPI document.
        method: method of the request.
        status: the status.
        fault: name of the injected fault.
        etag: entity tag of the body.
        key: what its cells and its client depend on, except a body without an entity tag.
    """

    client: _Client
    route: str
    method: str
    status: int
    fault: str | None
    etag: str | None
    key: tuple[object, ...]


class Recorder:
    """Records which cells the responses of a fake have; an observer of ``create_app`` and ``FakeSmartflo``.

    Attributes:
        context: context of all responses; ``None`` for the request's header, or its account without one.
        changes: number of responses that had cells which their client had not been served before.
    """

    def __init__(self) -> None:
        """Start without responses."""
        self.context: str | None = None
        self.changes = 0
        self._contracts: dict[str, Contract] = {}
        self._recordings = {_NO_ACCOUNT: Recording()}
        self._clients = Contexts()
        self._counted: set[tuple[object, ...]] = set()
        self._lead_masks: dict[str, Mask] = {}
        self._body_masks: dict[tuple[str, str], Mask] = {}
        self._pair_lists: dict[tuple[str | None, str], tuple[str, PairMasks]] = {}
        self._pairs_of_bodies: dict[tuple[str, str], PairCounts] = {}
        self._lock = Lock()

    def renew_locks(self) -> None:
        """Replace the lock, which another thread may have held when this process was forked."""
        self._lock = Lock()

    def add_contract(self, contract: Contract) -> None:
        """Add a contract, so that it is reported even if no leads are served."""
        with self._lock:
            self._contracts[contract_cells(contract).name] = contract
            self._recordings[_NO_ACCOUNT].add_contract(contract)

    def add_pair_list(self, contract: Contract, account_id: str, list_id: int, pairs: PairMasks) -> None:
        """Add a list that was made for pairs of cells; they are counted in each response with it.

        Args:
            contract: the contract of its leads.
            account_id: the account that it belongs to.
            list_id: its id.
            pairs: the pairs.
        """
        cells = contract_cells(contract)
        with self._lock:
            self._counted.clear()
            self._pair_lists[account_id, str(list_id)] = cells.name, pairs
            self._recordings[_NO_ACCOUNT].add_pairs(cells, PairCounts(pairs, [0] * len(pairs)))

    def observe(self, observed: ObservedResponse) -> None:
        """Count the cells of a response; of a streamed body once it was read to the end. Mutants are not counted."""
        if observed.route not in _ROUTES:
            return
        headers = dict(iter(observed.response.headers))  # faster than two searches
        if MUTANT_HEADER in headers:  # the values are not those of the contract
            return
        counted = self._key(observed, headers)
        if counted in self._counted:
            return
        key = self._response(observed, headers, counted)
        service, quirks = service_cells(), observed.settings.quirks
        mask = service.fault_mask(key.fault)
        if sends_response(key.fault):
            mask |= service.status_mask(key.status)
            mask |= service.quirks_mask((name, quirks[name]) for name in frozenset(observed.quirks_read))
        has_leads = key.route == GET_LEADS and key.status == _OK and key.method == "GET"
        with self._lock:
            recording, context = self._recording_of(key.client)
            self.changes += recording.add_service(context, mask)
            if not has_leads:
                self._note_counted(key)
        if has_leads:
            self._observe_leads(observed, key, mask)

    def take(self) -> Recording:
        """Return what was recorded, and start again."""
        with self._lock:
            recordings, self._recordings = self._recordings, {_NO_ACCOUNT: Recording()}
            self._clients = Contexts()
            self._counted.clear()
        return _merged(recordings.values())

    def copy(self) -> Recording:
        """Return what was recorded so far."""
        with self._lock:
            return _merged(self._recordings.values())

    def report(self, account_id: str | None = None, context: str | None = None) -> Mapping[str, Any]:
        """Return what was recorded so far, in JSON types for readers.

        Args:
            account_id: only what this account was served; ``None`` for all.
            context: only this context, as the request named it or as reports name it; ``None`` for all.
        """
        with self._lock:
            recordings = [*self._recordings.values()] if account_id is None else [self._recordings.get(account_id)]
            recording = _merged(filter(None, recordings))
            recording.contracts.update(self._contracts)
        return report_of(recording, context)

    def served_leads(self, cells: ContractCells) -> Mask:
        """Return the cells of leads of a contract that were served since the start, by all contexts."""
        return self._lead_masks.get(cells.name, 0)

    def _observe_leads(self, observed: ObservedResponse, response_key: _Response, service: Mask) -> None:
        response, settings = observed.response, observed.settings
        cells = contract_cells(settings.catalog.contract)
        key = cells.name, response_key.etag or ""
        known = self._body_masks.get(key)
        quirks = ((name, settings.quirks[name]) for name in _LEAD_QUIRKS)
        service |= service_cells().quirks_mask(quirks) | service_cells().profile_mask(cells.contract.profile)
        count = partial(self._count, response_key, cells, service)
        if response.is_sequence:
            mask = known
            if mask is None:
                mask = body_mask(cells.leads, _whole_body(response))
                self._keep(key, mask)
            count(mask)
            if self._pair_lists and mask is not None:
                self._observe_pairs(observed, cells, key)
            return
        stream = None if known is not None else StreamMask(cells.leads)

        def finish() -> None:
            mask = known if stream is None else stream.result()
            self._keep(key, mask)
            count(mask, is_truncated=stream is not None and stream.is_truncated)

        response.response = count_when_read(cast("Iterator[bytes]", response.response), stream, finish)

    def _count(
        self, key: _Response, cells: ContractCells, service: Mask, mask: Mask | None, *, is_truncated: bool = False
    ) -> None:
        if mask is None:
            return
        with self._lock:
            recording, context = self._recording_of(key.client)
            self.changes += recording.add_service(context, service) + recording.add_leads(context, cells, mask)
            self._lead_masks[cells.name] = self._lead_masks.get(cells.name, 0) | mask
            if is_truncated:
                recording.notes.add(_TRUNCATED)
            if key.etag:
                self._note_counted(key)

    def _key(self, observed: ObservedResponse, headers: Mapping[str, str]) -> tuple[object, ...]:
        """Return what the cells of a response and its client depend on. Runs for each request: no named tuples."""
        environ, settings = observed.environ, observed.settings
        return (
            observed.account_id,
            self.context,
            environ.get(_CONTEXT_VARIABLE),
            observed.route,
            environ["REQUEST_METHOD"],
            observed.response.status_code,
            headers.get(FAULT_HEADER),
            headers.get("ETag"),
            settings.catalog,
            (*settings.quirks.values(),),
            frozenset(observed.quirks_read),
        )

    def _response(self, observed: ObservedResponse, headers: Mapping[str, str], key: tuple[object, ...]) -> _Response:
        environ, account_id = observed.environ, observed.account_id
        return _Response(
            _Client(account_id or _NO_ACCOUNT, self._context(environ, account_id)),
            observed.route,
            environ["REQUEST_METHOD"],
            observed.response.status_code,
            headers.get(FAULT_HEADER),
            headers.get("ETag"),
            key,
        )

    def _note_counted(self, key: _Response) -> None:
        """Note that a response like this has no new cells; the lock is held."""
        if len(self._counted) == MAX_COUNTED:
            self._counted.clear()
        self._counted.add(key.key)

    def _recording_of(self, client: _Client) -> tuple[Recording, str]:
        """Return the recording of a client, and its context there; the lock is held."""
        if not self._clients.admit(client):
            rest = self._recordings[_NO_ACCOUNT]
            return rest, rest.other_context()
        return self._recordings.setdefault(client.account, Recording()), client.context

    def _observe_pairs(self, observed: ObservedResponse, cells: ContractCells, key: tuple[str, str]) -> None:
        """Count the pairs of cells of a response with a list that was made for them; the pairs of a body are kept."""
        list_id = observed.environ["PATH_INFO"].rpartition("/")[2]
        name, made = self._pair_lists.get((observed.account_id, list_id), ("", ()))
        if name != cells.name:
            return
        pairs = self._pairs_of_bodies.get(key)
        if pairs is None:
            pairs = PairCounts(made, occurring(cells.leads, orjson.loads(_whole_body(observed.response)), made))
        with self._lock:
            self._recordings[_NO_ACCOUNT].add_pairs(cells, pairs)
            _put(self._pairs_of_bodies, key, pairs, _MAX_PAIR_BODIES)

    def _keep(self, key: tuple[str, str], mask: Mask | None) -> None:
        """Keep the cells of a body with an entity tag, and forget the oldest beyond a maximum."""
        if mask is None or not key[1]:
            return
        with self._lock:
            _put(self._body_masks, key, mask, _MAX_BODIES)

    def _context(self, environ: "WSGIEnvironment", account_id: str | None) -> str:
        if self.context is not None:
            return self.context
        header = environ.get(_CONTEXT_VARIABLE)
        return account_id or "" if header is None else context_name(header.encode("latin-1").decode(errors="replace"))


def report_of(recording: Recording, context: str | None) -> Mapping[str, Any]:
    """Return a recording in JSON types for readers.

    Args:
        recording: the recording.
        context: only this context, as the request named it or as reports name it; ``None`` for all.
    """
    if context is not None:
        recording = recording.of_context(context if context in recording.service_masks else context_name(context))
    return summary_as_dict(recording)


def _whole_body(response: Response) -> bytes:
    """Return the body of a response that is not streamed, decompressed."""
    body = b"".join(cast("list[bytes]", response.response))
    return gzip.decompress(body) if response.headers.get("Content-Encoding") == GZIP else body


def _merged(recordings: Iterable[Recording]) -> Recording:
    """Return several recordings as one."""
    merged = Recording()
    for recording in recordings:
        merged.merge(recording)
    return merged


def _put(cache: dict[tuple[str, str], _T], key: tuple[str, str], value: _T, max_size: int) -> None:
    """Keep a value, and forget the oldest beyond a maximum."""
    cache[key] = value
    if len(cache) > max_size:
        cache.pop(next(iter(cache)))

"""Magic list ids: ids that return errors, edge cases, faults or any number of leads.

They serve apps that can configure a list id and nothing else. They are far above the ids of real lists, which have four
to six digits.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple
from zlib import crc32

from smartflo_contract.factories import EDGE_CASES, EdgeCase, ListDefinition
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.faults.rules import OK, Fault
from smartflo_contract.mock_server.http.error_responses import ERROR_RESPONSES, ErrorResponse
from smartflo_contract.mock_server.http.evidence import weakest_evidence
from smartflo_contract.mock_server.http.list_ids import parse_list_id


class MagicRow(NamedTuple):
    """A row of the table of magic ids, for people.

    Attributes:
        ids: an id or a range of ids.
        response: what the ids return.
        evidence: label of the evidence for it.
    """

    ids: str
    response: str
    evidence: str


_STATUS_BASE: Final = 900_000_000
_SIZE_BASE: Final = 910_000_000
_MAX_LEADS: Final = 9_999_999
_EDGE_CASE_BASE: Final = 920_000_000
_EDGE_CASE_IDS: Final = 1_000_000
_ERROR_IDS: Final = {_STATUS_BASE + status: response for status, response in ERROR_RESPONSES.items()}
FAULT_IDS: Final = {
    930_000_001: "delay",
    930_000_002: "reset",
    930_000_003: "cut",
    930_000_004: "cut_clean",
    930_000_005: "dangling_comma",
    930_000_006: "html",
    930_000_007: "content_type",
    930_000_008: "invalid_utf8",
    930_000_009: "duplicate_leads",
    930_000_010: "changing",
}
"""Magic id to the fault of its list. An id keeps its fault for ever."""
_FAULT_SEGMENTS: Final = frozenset(map(str, FAULT_IDS))
"""The same ids as path segments, because every read of a list looks for its id here."""


@cache
def _edge_cases() -> Mapping[int, EdgeCase]:
    """Return the edge cases by their ids. The first call builds the table."""
    # The id depends on the name of the case alone, so it stays the same if cases are added, removed or moved.
    return {_EDGE_CASE_BASE + crc32(name.encode()) % _EDGE_CASE_IDS: case for name, case in EDGE_CASES.items()}


def resolve_magic_id(list_id: int) -> ListDefinition | EdgeCase | ErrorResponse | None:
    """Return the list, edge case or error response of a magic id; ``None`` for any other id."""
    if list_id in _ERROR_IDS:
        return _ERROR_IDS[list_id]
    if list_id in FAULT_IDS:
        return ListDefinition(id=list_id, name=f"Fault {FAULT_IDS[list_id]}")
    if list_id == _STATUS_BASE:
        return ListDefinition(id=list_id, name="Empty list", size=0)
    size = list_id - _SIZE_BASE
    if 1 <= size <= _MAX_LEADS:
        return ListDefinition(id=list_id, name=f"List of {size:,}", size=size)
    if 0 <= list_id - _EDGE_CASE_BASE < _EDGE_CASE_IDS:
        return _edge_cases().get(list_id)
    return None


def is_fault_id(segment: str | None) -> bool:
    """Return whether a path segment is a magic id with a fault; ``False`` for ``None``."""
    return segment in _FAULT_SEGMENTS


def magic_fault(segment: str | None) -> tuple[int, Fault] | None:
    """Return a magic id and its rule: the fault at every read, or at every other read if reads must differ.

    Args:
        segment: the path segment with the list id, ``None`` if the route has none.
    """
    list_id = parse_list_id(segment)
    name = FAULT_IDS.get(list_id) if list_id is not None else None
    if list_id is None or name is None:
        return None
    return list_id, Fault((OK, name) if name == "changing" else (name,), repeat=True)


def magic_rows() -> tuple[MagicRow, ...]:
    """Return the table of magic ids, one row for each id or range."""
    empty = MagicRow(f"{_STATUS_BASE}", "200 and an empty list", "assumed")
    errors = (MagicRow(f"{id_}", f"{response.status}", response.evidence) for id_, response in _ERROR_IDS.items())
    sizes = MagicRow(
        f"{_SIZE_BASE + 1} to {_SIZE_BASE + _MAX_LEADS}",
        f"200 and N leads, where N is the id minus {_SIZE_BASE}: {_SIZE_BASE + 1_000_000} is a list of a million",
        "that of the profile",
    )
    reads = {name: "every other read" if name == "changing" else "every read" for name in FAULT_IDS.values()}
    faults = (
        MagicRow(f"{id_}", f"the fault `{name}`, at {reads[name]}", INJECTORS[name].evidence)
        for id_, name in FAULT_IDS.items()
    )
    return (empty, *errors, sizes, *faults, *edge_case_rows())


def edge_case_rows() -> tuple[MagicRow, ...]:
    """Return the rows of the edge cases in the table of magic ids."""
    return tuple(
        MagicRow(f"{id_}", f"200 and the edge case `{case.name}`: {case.why}", weakest_evidence(case.evidence))
        for id_, case in _edge_cases().items()
    )

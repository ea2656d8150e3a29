"""The shape of a response, counted key by key."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.factories import lead_list
from smartflo_contract.live.comparing.response_shape import Occurrences, ResponseShape
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.findings import JSON_TYPES
from smartflo_contract.schemas.lead_format import column_names
from smartflo_contract.strategies import broken_leads, edge_leads, leads, surprising_leads

Lead: TypeAlias = dict[str, Any]

OVERLAY: Final = {
    "properties": {
        "vip": {"type": "boolean", "x-known-values": [{"value": True, "label": "yes", "evidence": "assumed"}]}
    }
}
CONTRACT: Final = load_contract("lenient", OVERLAY)
KEYS: Final = ("header", "dial_status", "dialer_skill", "created_at", "vip", "unknown", "*", "$date")
scalars = st.one_of(st.none(), st.booleans(), st.integers(-8, 20), st.just(2**70), st.just(1.0), st.sampled_from(KEYS))
values = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner))
)
any_lead = st.one_of(
    leads(profile="lenient"),
    surprising_leads(),
    edge_leads(),
    broken_leads().filter(lambda broken: broken.rule != "not-json").map(lambda broken: broken.lead),
    st.dictionaries(st.sampled_from(KEYS), values),
    st.tuples(leads(), st.dictionaries(st.sampled_from(KEYS), values)).map(lambda pair: {**pair[0], **pair[1]}),
)


def shape_of(batches: Sequence[Sequence[Mapping[str, Any]]]) -> ResponseShape:
    """Return the shape of a response."""
    shape = ResponseShape(CONTRACT)
    for batch in batches:
        shape.add(batch)
    return shape


def descendants(path: tuple[str, ...], value: object) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield path and value of everything below a value that is counted."""
    if len(path) < 5 and (not path or path[0] in CONTRACT.lead["properties"]):
        children = value.items() if isinstance(value, dict) else [("*", item) for item in value]  # type: ignore[attr-defined]
        for key, child in children:
            yield (*path, key), child
            if isinstance(child, dict | list):
                yield from descendants((*path, key), child)


def counted(response: list[Lead]) -> dict[str, dict[object, list[int]]]:
    """Return the indexes of the leads that have each key, type, known value and header, counted lead by lead."""
    found: dict[str, dict[object, list[int]]] = {"present": {}, "types": {}, "values": {}, "headers": {}}
    for index, lead in enumerate(response):
        below = list(descendants((), lead))
        occurrences: set[tuple[str, object]] = {("present", path) for path, _ in below}
        occurrences |= {("types", (path, JSON_TYPES[type(value)])) for path, value in below}
        for key, known in data_of(CONTRACT).known_values.items():
            if isinstance(lead.get(key), int) and known.label(lead[key]) is not None:
                occurrences.add(("values", ((key,), known.label(lead[key]))))
        if "header" in lead:
            columns = column_names(lead["header"])
            occurrences.add(("headers", hash(repr(lead["header"] if columns is None else columns))))
        for name, what in occurrences:
            found[name].setdefault(what, []).append(index)
    return found


def as_occurrences(indexes: dict[object, list[int]]) -> dict[object, Occurrences]:
    """Return the number of indexes and the first one."""
    return {key: Occurrences(len(rows), rows[0]) for key, rows in indexes.items()}


@given(batches=st.lists(st.lists(any_lead, max_size=4), max_size=3), random=st.randoms())
def test_counts_as_lead_by_lead(batches: list[list[Lead]], random: Random) -> None:
    """Any leads have the shape that a count of one lead after the other finds, in any order of keys and any batches."""
    batches = [[dict(random.sample(list(lead.items()), len(lead))) for lead in batch] for batch in batches]
    shape, expected = shape_of(batches), counted([lead for batch in batches for lead in batch])

    assert as_occurrences(expected["present"]) == shape.present
    assert as_occurrences(expected["types"]) == {
        (path, name): occurrences for path, types in shape.types.items() for name, occurrences in types.items()
    }
    assert as_occurrences(expected["values"]) == {
        (path, label): occurrences for path, labels in shape.values.items() for label, occurrences in labels.items()
    }
    assert as_occurrences(expected["headers"]) == shape.headers


@pytest.mark.parametrize("share", [1, 2])
def test_counts_at_most_a_thousand_headers(share: int) -> None:
    """A thousand headers are remembered, and no lead after the thousandth is counted."""
    names = [f'["{index // share}"]' for index in range(1_200 * share)]
    response = [{"header": name} for name in names]
    whole, in_batches = shape_of([response]), shape_of([response[:999], response[999:1_000], response[1_000:]])

    assert [1_000, 999 * share + 1] == [len(whole.headers), sum(each.leads for each in whole.headers.values())]
    assert whole.headers == in_batches.headers
    assert shape_of([response, [{"header": "[]"}] * 3]).headers == whole.headers


def test_equal_headers_end_at_the_maximum_too() -> None:
    """Only the first lead of the thousandth header is counted, in a batch of equal headers as well."""
    others = [{"header": f'["{index}"]'} for index in range(999)]
    shape = shape_of([others, [{"header": "[]"}] * 3])
    assert Occurrences(1, 999) == shape.headers[hash(repr(()))]


@pytest.mark.slow
def test_many_different_keys_take_linear_time() -> None:
    """A batch of thousands of leads that have one key each, all different, is counted at once."""
    shape = shape_of([[{f"key_{index}": index} for index in range(20_000)]])
    assert Occurrences(1, 19_999) == shape.present["key_19999",]


def test_fine_leads_have_one_type_each() -> None:
    """Generated leads have the same keys and types, so that each count is that of all leads."""
    shape = shape_of([lead_list(0, 8668, 50), lead_list(0, 8668, 50)])
    assert [Occurrences(100, 0)] == list(shape.headers.values())
    assert all(Occurrences(100, 0) == each for path, each in shape.present.items() if len(path) == 1)

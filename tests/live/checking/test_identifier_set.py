"""A set of identifiers in little memory is a set."""

from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.live.checking.identifier_set import IdentifierSet

IDENTIFIERS = st.integers(-(2**70), 2**70) | st.text(max_size=30) | st.floats(1, 9) | st.sampled_from([True, None])


@given(st.lists(IDENTIFIERS, max_size=50))
def test_as_a_set(identifiers: list[object]) -> None:
    """What has been added is in it, and nothing else; the kinds of JSON are told apart."""
    ids, known = IdentifierSet(), set[tuple[type, object]]()
    for identifier in identifiers:
        assert ((type(identifier), identifier) in known) == (identifier in ids)
        ids.add(identifier)
        known.add((type(identifier), identifier))
        assert identifier in ids


@given(st.lists(st.lists(st.integers(0, 30) | st.integers(0, 30).map(str), max_size=5), max_size=8))
def test_some_at_once(batches: list[list[int | str]]) -> None:
    """Those that are new are added together, and none where one is not."""
    ids, known = IdentifierSet(), set[int | str]()
    for batch in batches:
        new = len(set(batch)) == len(batch) and known.isdisjoint(batch)
        assert new == ids.add_new(batch)
        known.update(batch if new else ())
        assert all((one in known) == (one in ids) for one in [*range(31), *map(str, range(31))])


def test_many() -> None:
    """It grows."""
    ids = IdentifierSet()
    for number in range(0, 40_000, 2):
        ids.add(f"{number:024x}")

    assert all((f"{number:024x}" in ids) == (number % 2 == 0) for number in range(40_000))

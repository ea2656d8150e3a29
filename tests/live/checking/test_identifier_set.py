"""A set of identifiers in little memory behaves like a set."""

from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.live.checking.identifier_set import IdentifierSet

IDENTIFIERS = st.integers(-(2**70), 2**70) | st.text(max_size=30) | st.floats(1, 9) | st.sampled_from([True, None])


@given(st.lists(IDENTIFIERS, max_size=50))
def test_contains_what_was_added(identifiers: list[object]) -> None:
    """Values of different JSON types are different identifiers."""
    identifier_set, expected = IdentifierSet(), set[tuple[type, object]]()
    for identifier in identifiers:
        assert ((type(identifier), identifier) in expected) == (identifier in identifier_set)
        identifier_set.add(identifier)
        expected.add((type(identifier), identifier))
        assert identifier in identifier_set


@given(st.lists(st.lists(st.integers(0, 30) | st.integers(0, 30).map(str), max_size=5), max_size=8))
def test_adds_new_identifiers_together_or_not_at_all(batches: list[list[int | str]]) -> None:
    """If one is in the set or repeated, none is added."""
    identifier_set, expected = IdentifierSet(), set[int | str]()
    for batch in batches:
        is_new = len(set(batch)) == len(batch) and expected.isdisjoint(batch)
        assert is_new == identifier_set.add_new(batch)
        expected.update(batch if is_new else ())
        assert all((value in expected) == (value in identifier_set) for value in [*range(31), *map(str, range(31))])


def test_grows() -> None:
    """20,000 identifiers are told apart from as many others."""
    identifier_set = IdentifierSet()
    for number in range(0, 40_000, 2):
        identifier_set.add(f"{number:024x}")

    assert all((f"{number:024x}" in identifier_set) == (number % 2 == 0) for number in range(40_000))

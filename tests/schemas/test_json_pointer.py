"""JSON pointers are written and parsed by RFC 6901."""

import pytest

from smartflo_contract.schemas.json_pointer import finding_pointer, json_pointer, parse_pointer


@pytest.mark.parametrize(
    ("path", "pointer"),
    [((), ""), (("",), "/"), (("a/b", "c~d"), "/a~1b/c~0d"), (("~1",), "/~01"), (("items", 0), "/items/0")],
)
def test_writes_pointers(path: tuple[str | int, ...], pointer: str) -> None:
    """Slashes and tildes are escaped, and indexes are numbers."""
    assert json_pointer(path) == pointer


@pytest.mark.parametrize("keys", [["a/b", "c~d"], ["~1"], ["/~0"], [""]])
def test_parses_what_it_writes(keys: list[str]) -> None:
    """A parsed pointer has the keys that it was written from."""
    assert parse_pointer(json_pointer(keys)) == keys


def test_parses_pointers_without_a_leading_slash() -> None:
    """The leading slash is optional."""
    assert parse_pointer("a~1b/c") == ["a/b", "c"]


def test_writes_every_index_of_a_finding_as_a_star() -> None:
    """The pointer of a finding has ``*`` for the lead and for every other index."""
    assert finding_pointer(("header", 3, "a/b")) == "/*/header/*/a~1b"

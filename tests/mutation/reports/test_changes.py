"""What reports show of a change: only what differs, in one line, and how large the difference is."""

import json

import pytest

from smartflo_contract.mutation import example_of, mutants_of
from smartflo_contract.mutation.reports.changes import STRUCTURE, TYPE, VALUE, Change, change_of
from smartflo_contract.schemas import Contract

LEAD = {"id": "a", "retry_count": 0, "skill": {"id": 1, "name": "Hindi"}, "text": "x" * 100}


@pytest.mark.parametrize(
    ("changed", "text", "level"),
    [
        (LEAD | {"retry_count": "0"}, 'retry_count: 0 -> "0"', TYPE),
        (LEAD | {"retry_count": None}, "retry_count: 0 -> null", TYPE),
        (LEAD | {"retry_count": 1.5}, "retry_count: 0 -> 1.5", VALUE),
        (LEAD | {"retry_count": False}, "retry_count: 0 -> false", TYPE),
        (LEAD | {"new": True}, "new: (missing) -> true", VALUE),
        (LEAD | {"skill": {"id": 1}}, 'skill/name: "Hindi" -> (missing)', STRUCTURE),
        (LEAD | {"skill": {"id": 1, "label": "Hindi"}}, 'skill/name: "Hindi" -> skill/label: "Hindi"', STRUCTURE),
        (LEAD | {"text": "x" * 99 + "y"}, 'text: ...xxxxxxxxx" -> ...xxxxxxxxy"', VALUE),
        (LEAD | {"id": "\x1b[31m" * 900}, r'id: "a" -> "\u001b[31m\u001b[31m', VALUE),
        (dict(reversed(LEAD.items())), "keys: id, retry_count, skill, text -> text, skill, retry_count, id", VALUE),
        ({"id": "b", "retry_count": 1, "skill": {"id": 2, "name": ""}}, 'id: "a" -> "b"; retry_count: 0 -> 1; ', 0),
    ],
)
def test_shows_only_what_differs(changed: dict[str, object], text: str, level: int) -> None:
    """Keys of objects have a path, and long values are cut."""
    change = change_of(json.dumps([LEAD]).encode(), json.dumps([changed]).encode())

    assert change.text.startswith(text[:66])
    assert change.level == level


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (b'[{"a":1},{"a":2}]', b'[{"a":2},{"a":1}]', Change("leads: 1, 2 -> 2, 1", VALUE)),
        (b'[{"a":1},{"a":2}]', b'[{"a":1},{"a":3}]', Change("lead 2: a: 2 -> 3", VALUE)),
        (b'[{"a":1}]', b'[{"a":1},{"a":1}]', Change("leads: 1 -> 1, 1", VALUE)),
        (b'[{"a":1}]', b'[{"a":1},{"a":2}]', Change("leads: 1 -> 1, new", VALUE)),
        (b'[{"a":1}]', b"[]", Change("leads: 1 -> none", STRUCTURE)),
        (b'[{"a":1}]', b'{"data":[{"a":1}]}', Change('body: [{"a":1}] -> {"data":[{"a":1}]}', STRUCTURE)),
        (b'[{"a":1}]', b"", Change('body: [{"a":1}] -> (no bytes)', STRUCTURE)),
        (b'[{"a":1}]', b'[{"a":1}', Change('body: [{"a":1}] -> [{"a":1}', STRUCTURE)),
        (b'[{"a":1}]', b' [{"a":1}]\n', Change(r'body: [{"a":1}] ->  [{"a":1}]\n', VALUE)),
        (b'[{"a":1}]', b'[{"a":1,"a":1}]', Change('body: [{"a":1}] -> [{"a":1,"a":1}]', STRUCTURE)),
        (b'[{"a":1}]', b"\xff", Change('body: [{"a":1}] -> \ufffd', STRUCTURE)),
    ],
)
def test_shows_leads_and_bodies_that_differ(before: bytes, after: bytes, change: Change) -> None:
    """Leads have numbers; a body that is no array of leads is shown as text."""
    assert change_of(before, after) == change


def test_counts_further_differences() -> None:
    """At most three differences are shown."""
    before, after = ([dict.fromkeys("abcde", value)] for value in (1, 2))
    change = change_of(json.dumps(before).encode(), json.dumps(after).encode())

    assert change.text == "a: 1 -> 2; b: 1 -> 2; c: 1 -> 2; and 2 more"


def test_long_values_state_their_length() -> None:
    """A value of 10,000 characters is cut, and its length follows."""
    change = change_of(b'[{"a":"b"}]', json.dumps([{"a": "c" * 10_000}]).encode())

    assert change.text == f'a: "b" -> "{"c" * 59}... (10,002 characters)'


def test_every_mutant_has_a_short_line(contract: Contract) -> None:
    """The text is one printable line of bounded length that shows a change."""
    for mutant in mutants_of(contract):
        text, level = change_of(*example_of(contract, mutant))

        assert text.isprintable()
        assert len(text) < 800
        assert " -> " in text
        assert level in {STRUCTURE, TYPE, VALUE}
        before, _, after = text.partition(": ")[2].partition(" -> ")
        assert before != after

"""Bodies as source files: one value in a line, and the position of a change."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mutation import example_of, mutants_of
from smartflo_contract.mutation.reports.json_source import Edit, Position, edit_of, pretty
from smartflo_contract.schemas import Contract, load_contract

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=10,
)


def applied(source: str, edit: Edit) -> str:
    """Return a source file with an edit applied. Columns are of UTF-16 units."""
    lines = [line.encode("utf-16-le", "surrogatepass") for line in source.split("\n")]
    before = [*lines[: edit.start.line - 1], lines[edit.start.line - 1][: 2 * (edit.start.column - 1)]]
    after = [lines[edit.end.line - 1][2 * (edit.end.column - 1) :], *lines[edit.end.line :]]
    start, end = ("\n".join(part.decode("utf-16-le", "surrogatepass") for part in parts) for parts in (before, after))
    return start + edit.replacement + end


def significant(source: str) -> list[str]:
    """Return the lines of a source file without indents, commas at the end, and empty lines."""
    return [line.strip().removesuffix(",") for line in source.split("\n") if line.strip(" ,")]


@given(JSON)
def test_source_is_indented_json(value: object) -> None:
    """Any body is written as the standard library indents it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    expected = json.dumps(json.loads(body.decode(errors="replace")), ensure_ascii=False, indent=2)

    assert pretty(body) == (expected if isinstance(value, list | dict) else body.decode(errors="replace"))


@pytest.mark.parametrize(
    ("body", "source"),
    [
        (b'[{"a":1,"b', '[\n  {\n    "a": 1,\n    "b'),
        (b'[{"a":1},', '[\n  {\n    "a": 1\n  },\n'),
        (b"[]]}", "[]\n]\n}"),
        (b"<p>[1,2]</p>", "<p>[1,2]</p>"),
        (b"", ""),
    ],
)
def test_source_of_other_bodies(body: bytes, source: str) -> None:
    """A body that ends too early is indented as far as it goes; one that is no JSON is unchanged."""
    assert pretty(body).rstrip() == source.rstrip()


@pytest.mark.fast_only(profile="lenient")
def test_edit_leads_to_the_changed_body(contract: Contract) -> None:
    """The replacement at its position makes the source of the changed body, for every mutant of every profile."""
    shortened = 0
    for mutant in mutants_of(contract):
        before, after = example_of(contract, mutant)
        edit = edit_of(before, after)
        made, expected = (significant(text) for text in (applied(pretty(before), edit), pretty(after)))
        if "characters)" in edit.replacement or "..." in edit.replacement or "\\" in edit.replacement:
            shortened += 1  # long or not printable
            made, expected = ([line[:10] for line in lines if len(line) > 20] for lines in (made, expected))
        if mutant.id != "body:blanks":
            assert (mutant.id, made) == (mutant.id, expected)
    assert shortened < 100


@pytest.mark.parametrize("operator", ["remove", "rename", "null"])
def test_position_is_that_of_the_key(operator: str) -> None:
    """The change of a key is in its lines."""
    contract = load_contract()
    for mutant in mutants_of(contract):
        if mutant.operator == operator and mutant.id == f"{mutant.group}:{operator}" and mutant.edit_body is None:
            before, after = example_of(contract, mutant)
            edit = edit_of(before, after)
            line = pretty(before).split("\n")[edit.start.line - 1]

            assert line[edit.start.column - 1 :].startswith(f'"{mutant.group}":')


@pytest.mark.parametrize(
    ("before", "after", "edit"),
    [
        (b'[{"a":1,"b":2}]', b'[{"a":1}]', Edit(Position(4, 5), Position(4, 11), "")),
        (b'[{"a":1,"b":2}]', b'[{"a":1,"b":2,"c":3}]', Edit(Position(4, 5), Position(4, 11), '"b": 2,\n    "c": 3')),
        (b'[{"\xf0\x9f\x98\x80":1}]', b'[{"a":1}]', Edit(Position(3, 5), Position(3, 12), '"a": 1')),
        (b"[]", b" []\n", Edit(Position(1, 1), Position(1, 3), " []\n")),
        (b"[]", b"", Edit(Position(1, 1), Position(1, 3), "")),
        (b"[1]", b"[2,1]", Edit(Position(1, 1), Position(1, 2), "[\n  2")),
    ],
)
def test_position_of_other_changes(before: bytes, after: bytes, edit: Edit) -> None:
    """New lines are shown with the line before them, and columns are those of JavaScript."""
    assert edit_of(before, after) == edit

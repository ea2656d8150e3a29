"""What a mutant changes in the smallest response that shows it: a short text, and how much it changes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from smartflo_contract.schemas.json_pointer import escape
from smartflo_contract.schemas.printable import escape_unprintable, truncate

STRUCTURE: Final = 0
"""A key is missing or has another name, leads are missing, or the body is no array of leads."""
TYPE: Final = 1
"""A value has another type, null included."""
VALUE: Final = 2
"""A value is another one, or something is new."""

_MISSING: Final = "(missing)"
_MAX_SHOWN: Final = 3
"""Differences that a text shows; the others are counted."""
_MAX_CHARACTERS: Final = 60
_MANY_CHARACTERS: Final = 1_000
_KEPT_CHARACTERS: Final = 8
"""Equal characters that are shown before the first that differs."""


class Change(NamedTuple):
    """What differs between two bodies.

    Attributes:
        text: the differences, each as ``key: before -> after``, in one line.
        level: ``STRUCTURE``, ``TYPE`` or ``VALUE``: the largest of the differences.
    """

    text: str
    level: int


class _Difference(NamedTuple):
    name: str
    before: str
    after: str
    level: int


def change_of(before: bytes, after: bytes) -> Change:
    """Return what differs between the body of a response and the changed body."""
    old, new = _leads(before), _leads(after)
    differences = [] if old is None or new is None else [*_list_differences(old, new)]
    differences = differences or [_body_difference(before, after)]
    shown = (_text(difference) for difference in islice(differences, _MAX_SHOWN))
    others = len(differences) - _MAX_SHOWN
    more = f"; and {others:,} more" if others > 0 else ""
    return Change("; ".join(shown) + more, min(difference.level for difference in differences))


def _leads(body: bytes) -> list[dict[str, Any]] | None:
    """Return the leads of a body, ``None`` if it is no array of objects."""
    try:
        leads = json.loads(body)
    except ValueError:
        return None
    return leads if isinstance(leads, list) and all(isinstance(lead, dict) for lead in leads) else None


def _list_differences(old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> Iterator[_Difference]:
    """Yield the differences of two lists: which leads there are, or those of the first lead that differs."""
    positions = {_json(lead): str(number) for number, lead in enumerate(old, start=1)}
    places = [positions.get(_json(lead)) for lead in new]
    if len(old) != len(new) or (None not in places and places != [*positions.values()]):
        level = STRUCTURE if len(new) < len(old) else VALUE
        numbers = [place or "new" for place in places]
        yield _Difference("leads", ", ".join(positions.values()), ", ".join(numbers) or "none", level)
        return
    for number, (lead, changed) in enumerate(zip(old, new, strict=True), start=1):
        differences = [*_differences((), lead, changed)]
        if differences:
            prefix = f"lead {number}: " if len(old) > 1 else ""
            yield from (difference._replace(name=prefix + difference.name) for difference in differences)
            return


def _differences(path: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[_Difference]:
    """Yield the differences of two objects; a key with another name and the same value is one."""
    added = {key: _json(value) for key, value in new.items() if key not in old}
    for key, value in old.items():
        name, text = _name(path, key), _json(value)
        if key not in new:
            renamed = next((other for other, added_text in added.items() if added_text == text), None)
            if renamed is None:
                yield _Difference(name, text, _MISSING, STRUCTURE)
            else:
                yield _Difference(name, text, f"{_name(path, renamed)}: {added.pop(renamed)}", STRUCTURE)
        elif isinstance(value, dict) and isinstance(new[key], dict):
            yield from _differences((*path, key), value, new[key])
        elif text != _json(new[key]):
            yield _Difference(name, text, _json(new[key]), VALUE if _type(value) is _type(new[key]) else TYPE)
    yield from (_Difference(_name(path, key), _MISSING, text, VALUE) for key, text in added.items())
    shared, reordered = ([key for key in keys if key in old and key in new] for keys in (old, new))
    if shared != reordered:
        yield _Difference(_name(path, "keys") if path else "keys", ", ".join(shared), ", ".join(reordered), VALUE)


def _body_difference(before: bytes, after: bytes) -> _Difference:
    old, new = (body.decode(errors="replace") for body in (before, after))
    level = VALUE if old.strip() == new.strip() else STRUCTURE
    return _Difference("body", old, new or "(no bytes)", level)


def _text(difference: _Difference) -> str:
    """Return a difference as text. Two long values are shown from where they begin to differ."""
    old, new = difference.before, difference.after
    pairs = enumerate(zip(old, new, strict=False))
    shared = next((index for index, pair in pairs if pair[0] != pair[1]), min(len(old), len(new)))
    if shared > _KEPT_CHARACTERS and min(len(old), len(new)) > _MAX_CHARACTERS:
        old, new = (f"...{text[shared - _KEPT_CHARACTERS :]}" for text in (old, new))
    name = truncate(escape_unprintable(difference.name))
    return f"{name}: {shorten(old)} -> {shorten(new)}"


def shorten(text: str, max_characters: int = _MAX_CHARACTERS) -> str:
    """Return text as one line of bounded length. A much longer one states its length."""
    shown = truncate(escape_unprintable(text[: max_characters + 1]), max_characters)
    return f"{shown} ({len(text):,} characters)" if len(text) > _MANY_CHARACTERS else shown


def _name(path: tuple[str, ...], key: str) -> str:
    return "/".join(map(escape, (*path, key)))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _type(value: Any) -> type:
    """Return the type of a JSON value; there is one of numbers."""
    return float if type(value) is int else type(value)

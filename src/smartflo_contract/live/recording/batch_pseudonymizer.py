"""Pseudonyms for many leads at once: those of ``Pseudonymizer``, which replaces lead by lead, several times as fast.

Leads with the same keys and types have the same plan: how the value at each position is replaced. Known values are
looked up, and the others are replaced in the order of the lead, because pseudonyms depend on earlier ones. Findings are
compared for all leads together. The leak scan searches for pieces of values in text; where it finds any, and where
values are nested, the leak scan of single leads decides.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import call
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from smartflo_contract.factories.pools import DOMAINS
from smartflo_contract.live.recording._alphabets import RARE_LETTERS
from smartflo_contract.live.recording._leak_scan import as_string, find_leak, replaced_values
from smartflo_contract.live.recording._times import EXTENDED_JSON_KEYS, TIME_PATH, is_time, ordered_times
from smartflo_contract.live.recording._value_policies import ValuePolicy
from smartflo_contract.live.recording.character_runs import RUN_CHARACTERS, TextRuns, listed_revealing_runs, runs_of
from smartflo_contract.live.recording.pseudonymizer import HEADER_GENERATORS, Pseudonymizer, strings_in
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.lead_format import FIELD, column_names

LookUp: TypeAlias = Callable[[Any], Any]
"""Returns the replacement of a value, ``None`` if it is unknown."""

_MAX_PLANS: Final = 256
_MAX_REMEMBERED: Final = 1024
"""Replacements that are remembered of one key, unless each string is replaced, and of nested values."""
_SCALARS: Final = frozenset({str, int})
_KEPT: Final = frozenset({bool, type(None)})
_never: Final[LookUp] = deque[Any](maxlen=0).append
"""Looks nothing up, and returns ``None``."""
_unchanged: Final[LookUp] = {True: True, False: False}.get
"""Returns a boolean, and ``None`` for null."""
_RARE: Final = f"{RARE_LETTERS}{RARE_LETTERS.upper()}"
_RARE_RUN: Final = b"x" * RUN_CHARACTERS
_RARE_CLASSES: Final = bytes(b"x"[0] if chr(byte) in _RARE else b" "[0] for byte in range(256))
_words: Final = re.compile(rf"@(?:{'|'.join(map(re.escape, DOMAINS))})|([A-Za-z]{{{RUN_CHARACTERS},}})").findall
"""Find the words of a text that may reveal a value; empty strings stand for reserved domains."""


class _Plan(NamedTuple):
    """How leads with the same keys and types are replaced.

    Attributes:
        look_ups: the look-up of each position.
        unresolved: positions whose look-up may return ``None`` for a value that is not null.
        strings: positions of strings, but headers.
        headers: positions of strings that may be JSON-encoded arrays of column names.
        objects: positions of objects, which may be times.
        nested: positions of all other values that are not scalars, and of the values of unknown keys.
    """

    look_ups: list[LookUp]
    unresolved: list[int]
    strings: list[int]
    headers: list[int]
    objects: list[int]
    nested: list[int]


class _Nested(NamedTuple):
    """The replacement of a nested value, or of an unknown key and its value.

    Attributes:
        key: the replacement of its key.
        value: the replacement.
        pointers: pointers of the unknown keys.
        source: the replaced strings, and the numbers.
        pseudonym: their replacements.
    """

    key: str
    value: Any
    pointers: frozenset[str]
    source: str
    pseudonym: str


class _Values(NamedTuple):
    """The values of a lead.

    Attributes:
        plan: how they are replaced.
        keys: the keys; those that are unknown become their replacements.
        values: the values.
        times: the times by position.
        texts: the other nested values by position, as JSON.
    """

    plan: _Plan
    keys: list[str]
    values: Sequence[Any]
    times: Mapping[int, str]
    texts: Mapping[int, bytes]


class BatchPseudonymizer(Pseudonymizer):
    """Replaces the personal values of one response, many leads at a time.

    Args:
        key: at least 16 random bytes.
        contract: decides which values are personal and which findings are kept.
    """

    def __init__(self, key: bytes, contract: Contract) -> None:
        """Start before the first lead."""
        super().__init__(key, contract)
        self._plans: dict[tuple[object, ...], _Plan] = {}
        self._memories: dict[tuple[str, type], dict[Any, Any]] = {}
        self._nested: dict[tuple[str, bytes], _Nested] = {}
        self._columns: dict[str, tuple[str, str]] = {}
        self._unchecked: list[tuple[Any, Any]] = []

    def leads(self, leads: Iterable[object]) -> list[Any]:
        """Return the next leads.

        Args:
            leads: leads that were decoded from JSON.

        Raises:
            RecordError: a value has no pseudonym of its form.
        """
        replaced = []
        try:
            for lead in leads:
                replaced.append(self._replace_lead(lead))  # noqa: PERF401  # those before an error are checked
        finally:
            self._check_findings()  # an error of an earlier lead comes first
        return replaced

    def _replace_lead(self, lead: object) -> Any:
        """Return the next lead. Its findings are compared later, unless it is unusual."""
        self._index += 1
        values = self._values(lead) if isinstance(lead, dict) else None
        if values is None or not isinstance(lead, dict):
            self._index -= 1
            self._check_findings()
            return self.lead(lead)
        self._times = ordered_times(lead)
        self._lead_pointers.clear()
        self._kept.clear()
        self._avoid = runs_of(self._strings(values))
        after, may_leak = self._replaced(values)
        if may_leak:
            self._kept.clear()
            self._require_no_leak(lead, self._replace(lead, self._lead_policy, ()))
        self._key_leads.update(self._lead_pointers)
        self._unchecked.append((lead, after))
        return after

    def _values(self, lead: Mapping[str, Any]) -> _Values | None:
        """Return the values of a lead; ``None`` if one is beyond what the fast encoder of JSON expresses."""
        keys, values = list(lead), list(lead.values())
        plan = self._plan(tuple(keys), tuple(map(type, values)))
        times: dict[int, str] = {}
        nested = plan.nested
        for at in plan.objects:
            number = _time_number(keys[at], values[at])
            if number is None:
                nested = [*nested, at]
            else:
                times[at] = number
        try:
            texts = {at: orjson.dumps([values[at]]) for at in nested} if nested else {}
        except TypeError:
            return None
        return _Values(plan, keys, values, times, texts)

    def _strings(self, values: _Values) -> list[str]:
        """Return the strings of a lead."""
        own, plan = values.values, values.plan
        strings = [own[at] for at in plan.strings]
        strings += [own[at] for at in plan.headers if own[at] not in self._headers]
        strings += values.times.values()
        for at in values.texts:
            strings += strings_in(own[at])
        return strings

    def _replaced(self, values: _Values) -> tuple[dict[str, Any], bool]:
        """Return a lead, and whether the leak scan of single leads must decide about it."""
        plan, keys, own, times, texts = values
        replaced = list(map(call, plan.look_ups, own))
        may_leak = False
        nested_values: list[_Nested] = []
        for at in plan.unresolved:
            if replaced[at] is not None:
                continue
            key, value = keys[at], own[at]
            if at in times:
                shifted = self._shift_time(times[at], (key, *TIME_PATH))
                replaced[at] = {"$date": {"$numberLong": shifted}}
            elif at in texts:
                nested, leaks = self._replace_nested(key, value, texts[at])
                keys[at], replaced[at] = nested.key, nested.value
                may_leak = may_leak or leaks
                nested_values.append(nested)
            else:
                replaced[at] = self._replace_new(key, value)
                may_leak = may_leak or _shares_run(value, replaced[at])
        may_leak = may_leak or self._shares_word(values, replaced, nested_values)
        return dict(zip(keys, replaced, strict=True)), may_leak

    def _shares_word(self, values: _Values, replaced: Sequence[Any], nested: Iterable[_Nested]) -> bool:
        """Return whether a piece of a word may be in the pseudonyms of the lead, as far as text tells."""
        if not isinstance(self._avoid, TextRuns):
            return True
        plan = values.plan
        pseudonyms = [replaced[at] for at in plan.strings if replaced[at] != values.values[at]]
        sources = [self._avoid.text]
        for at in plan.headers:
            header = values.values[at]
            source, pseudonym = self._columns.get(header) or self._add_columns(header, replaced[at])
            sources.append(source)
            pseudonyms.append(pseudonym)
        for each in nested:
            sources.append(each.source)
            pseudonyms.append(each.pseudonym)
        return _share_word("\n".join(sources), "\n".join(pseudonyms))

    def _replace_new(self, key: str, value: Any) -> Any:
        """Return the replacement of a string or an integer of a known key, and remember it."""
        memory = self._memories.get((key, type(value)))
        if memory is None:
            return self._pseudonym(value, self._policies[key], (key,))
        if len(memory) >= _MAX_REMEMBERED:
            memory.clear()
        memory[value] = replaced = self._replace_member(key, value, self._lead_policy, (key,))
        return replaced

    def _replace_nested(self, key: str, value: object, text: bytes) -> tuple[_Nested, bool]:
        """Return the replacement of a nested value or an unknown key, and whether it may leak.

        Args:
            key: the key.
            value: the value.
            text: the value as JSON.
        """
        nested = self._nested.get((key, text))
        if nested is not None:
            self._lead_pointers |= nested.pointers
            return nested, False
        pointers, self._lead_pointers = self._lead_pointers, set()
        new_key = self._replace_key(key, self._lead_policy, (key,))
        replaced = self._replace_member(key, value, self._lead_policy, (key,))
        own_pointers, self._lead_pointers = frozenset(self._lead_pointers), pointers | self._lead_pointers
        values = list(replaced_values({key: value}, {new_key: replaced}, (), self._names, self._is_header))
        may_leak = find_leak(values, self._kept | self._kept_columns) is not None
        changed = [(each.source, each.pseudonym) for each in values if each.source != each.pseudonym]
        source, pseudonym = ("\n".join(strings) for strings in zip(*changed, strict=True)) if changed else ("", "")
        nested = _Nested(new_key, replaced, own_pointers, source, pseudonym)
        if b"$date" not in text and key not in EXTENDED_JSON_KEYS:  # a time depends on the others of its lead
            if len(self._nested) >= _MAX_REMEMBERED:
                self._nested.clear()
            self._nested[key, text] = nested
        return nested, may_leak

    def _add_columns(self, header: str, replaced: str) -> tuple[str, str]:
        """Return the columns of a header that were replaced, and their pseudonyms, as text; remember them."""
        pairs = [(header, replaced)]
        if header in self._headers:
            pairs = list(zip(column_names(header) or (), column_names(replaced) or (), strict=True))
        changed = [(name, pseudonym) for name, pseudonym in pairs if name != pseudonym]
        if len(self._columns) >= _MAX_REMEMBERED:
            self._columns.clear()
        self._columns[header] = "\n".join(name for name, _ in changed), "\n".join(pseudonym for _, pseudonym in changed)
        return self._columns[header]

    def _plan(self, keys: tuple[str, ...], types: tuple[type, ...]) -> _Plan:
        """Return how leads with these keys and types of values are replaced."""
        plan = self._plans.get((keys, types))
        if plan is None:
            new_fields = [key for key in keys if key not in self._names and FIELD.fullmatch(key)]
            if new_fields:
                self._check_findings()  # their pointers show only the fields that were known before
                self._add_fields(new_fields)
                self._nested.clear()
            if len(self._plans) >= _MAX_PLANS:
                self._plans.clear()
            self._plans[keys, types] = plan = self._new_plan(keys, types)
        return plan

    def _new_plan(self, keys: tuple[str, ...], types: tuple[type, ...]) -> _Plan:
        plan = _Plan([], [], [], [], [], [])
        for at, (key, kind) in enumerate(zip(keys, types, strict=True)):
            look_up: LookUp = _never
            policy = self._policies.get(key)
            if policy is None:
                plan.nested.append(at)
            elif kind in _KEPT:
                look_up = _unchanged
            elif kind is dict:
                plan.objects.append(at)
            elif kind not in _SCALARS:
                plan.nested.append(at)
            else:
                look_up = self._look_up(key, kind, policy)
                if kind is str:
                    (plan.headers if policy.uses(HEADER_GENERATORS) else plan.strings).append(at)
            plan.look_ups.append(look_up)
            if look_up is not _unchanged:
                plan.unresolved.append(at)
        return plan

    def _look_up(self, key: str, kind: type, policy: ValuePolicy) -> LookUp:
        """Return the look-up of the known replacements of strings or integers of a key."""
        if kind is str and self._is_always_replaced(policy):
            return self._pseudonyms.known.get
        return self._memories.setdefault((key, kind), {"": ""} if kind is str else {}).get

    def _check_findings(self) -> None:
        """Require that the leads that were replaced have the findings of the originals."""
        unchecked, self._unchecked = self._unchecked, []
        first = self._check_before.leads
        before = self._check_before.add_each([lead for lead, _ in unchecked])
        after = self._check_after.add_each([lead for _, lead in unchecked])
        for at in sorted({*before, *after}):
            self._require_equal_findings(first + at, before.get(at, ()), after.get(at, ()))


def _time_number(key: str, value: Mapping[str, Any]) -> str | None:
    """Return the number of a MongoDB time, a string; ``None`` for any other value."""
    date = value.get("$date")
    if len(value) != 1 or type(date) is not dict or len(date) != 1:
        return None
    number = date.get("$numberLong")
    return number if type(number) is str and is_time(number, (key, *TIME_PATH)) else None


def _shares_run(source: Any, pseudonym: Any) -> bool:
    """Return whether the replacement of a string or an integer contains a run of it."""
    if type(source) is not str:
        source, pseudonym = as_string(source), as_string(pseudonym)
    return any(map(source.__contains__, listed_revealing_runs(pseudonym)))


def _share_word(source: str, pseudonym: str) -> bool:
    """Return whether a run of letters may be in both texts, without what many pseudonyms share."""
    if not (source.isascii() and pseudonym.isascii()):
        return True
    has_rare_run = _RARE_RUN in source.encode().translate(_RARE_CLASSES)
    return any(
        word[start : start + RUN_CHARACTERS] in source
        for word in _words(pseudonym)
        if has_rare_run or word.strip(_RARE)
        for start in range(len(word) - RUN_CHARACTERS + 1)
    )

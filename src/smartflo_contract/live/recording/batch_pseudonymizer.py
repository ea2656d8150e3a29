"""Pseudonyms for many leads at once: those of ``Pseudonymizer``, which replaces lead by lead, several times as fast.

Leads with the same keys are replaced column by column. Only new values are replaced in the order of the leads, because
pseudonyms depend on earlier ones; all others are looked up. Filters find the leads that may have a leak, about which
the leak scan decides. Where an error occurs, the leads are replaced one by one, so that the first one is named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson

from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording._lead_columns import Lead, LeadColumns, NewValues, column_kind, time_numbers
from smartflo_contract.live.recording._leak_filters import (
    are_usual,
    has_other_word,
    has_rare_run,
    share_word,
    shares_digit_run,
    shares_run,
)
from smartflo_contract.live.recording._leak_scan import find_leak, replaced_values
from smartflo_contract.live.recording._times import (
    EXTENDED_JSON_KEYS,
    ORDERED_KEYS,
    TIME_PATH,
    ordered_times,
    shift_name,
)
from smartflo_contract.live.recording._value_policies import ValuePolicy
from smartflo_contract.live.recording.character_runs import OBJECT_ID_CHARACTERS, Runs, TextRuns, runs_of
from smartflo_contract.live.recording.pseudonymizer import HEADER_GENERATORS, Pseudonymizer, strings_in
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.lead_format import FIELD, column_names, is_object_id, mongo_date
from smartflo_contract.schemas.lead_table import Table

_MAX_ORDERS: Final = 256
_MAX_REMEMBERED: Final = 1024
"""Replacements that are remembered of one key, unless each string is replaced, and of nested values."""
_KEPT: Final[Mapping[Any, Any]] = {"": "", None: None}


class _Texts(NamedTuple):
    """Values and their pseudonyms as text.

    Attributes:
        source: the replaced strings, and the numbers.
        pseudonym: their replacements.
        may_leak: whether the leak scan of a lead that has them must compare words.
    """

    source: str
    pseudonym: str
    may_leak: bool


_NO_TEXTS: Final = _Texts("", "", may_leak=False)


class _Nested(NamedTuple):
    """The replacement of a nested value, or of an unknown key and its value.

    Attributes:
        key: the replacement of its key.
        value: the replacement.
        pointers: pointers of the unknown keys.
        strings: its strings.
        texts: the values in it, and their pseudonyms.
    """

    key: str
    value: Any
    pointers: frozenset[str]
    strings: Sequence[str]
    texts: _Texts


class _Replaced(NamedTuple):
    """Replaced leads.

    Attributes:
        leads: the replaced leads.
        before: the original leads as tables, if they have been made.
        after: the replaced leads as tables.
    """

    leads: list[Any]
    before: Sequence[Table] | None
    after: Sequence[Table] | None


class BatchPseudonymizer(Pseudonymizer):
    """Replaces the personal values of one response, many leads at a time.

    Args:
        key: at least 16 random bytes.
        contract: decides which values are personal and which findings are kept.
    """

    def __init__(self, key: bytes, contract: Contract) -> None:
        """Start before the first lead."""
        super().__init__(key, contract)
        self._orders: set[tuple[str, ...]] = set()
        self._memories: dict[tuple[str, type], dict[Any, Any]] = {}
        self._nested: dict[tuple[str, str], _Nested] = {}
        self._columns_of: dict[str, _Texts] = {}
        self._other_words: set[str] = set()
        self._new: list[tuple[str, str]] = []
        self._may_leak = False

    def leads(self, leads: Iterable[object]) -> list[Any]:
        """Return the next leads.

        Args:
            leads: leads that were decoded from JSON.

        Raises:
            RecordError: a value has no pseudonym of its form.
        """
        pending, replaced = list(leads), list[Any]()
        while pending:
            count = self._count_similar(pending)
            replaced += self._replace_leads(pending[:count]) if count else [self.lead(pending[0])]
            del pending[: count or 1]
        return replaced

    def _count_similar(self, leads: Sequence[object]) -> int:
        """Return how many leads can be replaced together: until one is no object, or has a field that is new."""
        for index, lead in enumerate(leads):
            if type(lead) is not dict:
                return index
            keys = tuple(lead)
            if keys in self._orders:
                continue
            fields = [key for key in keys if key not in self._names and FIELD.fullmatch(key)]
            if fields and index:
                return index
            if fields:
                self._index += 1  # of the lead that an error names
                self._add_fields(fields)
                self._index -= 1
                self._nested.clear()
            if len(self._orders) >= _MAX_ORDERS:
                self._orders.clear()
            self._orders.add(keys)
        return len(leads)

    def _replace_leads(self, leads: Sequence[Any]) -> list[Any]:
        """Return the replacements of some leads. All fields are known."""
        first = self._index
        try:
            replaced, before, after = self._replaced(leads)
        except TypeError:
            return [
                lead
                for is_encodable, group in groupby(leads, _is_encodable)
                for lead in (self._replace_leads(list(group)) if is_encodable else map(self.lead, group))
            ]
        except RecordError:
            self._index = first
            return list(map(self.lead, leads))  # the first lead that has an error is named
        start = self._check_before.leads
        broken_before = self._check_before.add_each(leads, before)
        broken_after = self._check_after.add_each(replaced, after)
        for at in sorted({*broken_before, *broken_after}):
            self._require_equal_findings(start + at, broken_before.get(at, ()), broken_after.get(at, ()))
        return replaced

    def _replaced(self, leads: Sequence[Lead]) -> _Replaced:
        """Return the replacements of some leads, of which the findings are not compared yet.

        Raises:
            RecordError: a value has no pseudonym, or there is a leak.
            TypeError: a lead must be replaced singly.
        """
        rows_by_keys: dict[tuple[str, ...], list[int]] = {}
        for row, lead in enumerate(leads):
            rows_by_keys.setdefault(tuple(lead), []).append(row)
        parts = [self._columns(keys, [leads[row] for row in rows], rows) for keys, rows in rows_by_keys.items()]
        pointers, suspects = Counter[str](), set[int]()
        for row, (part, index) in enumerate(_in_order(parts)):
            self._replace_new_values(part, index)
            if self._may_leak:
                suspects.add(row)
            if self._lead_pointers:
                pointers.update(self._lead_pointers)
        replaced: list[Any] = [None] * len(leads)
        for part in parts:
            self._fill_in(part)
            for row, lead in zip(part.rows, part.new_leads(), strict=True):
                replaced[row] = lead
            suspects.update(part.rows[index] for index in self._suspects(part) if self._share_words(part, index))
        for row in sorted(suspects):
            self._scan(leads[row])
        self._key_leads.update(pointers)
        self._index += len(leads)
        if len(parts) > 1:
            return _Replaced(replaced, None, None)
        return _Replaced(replaced, [parts[0].table()], [parts[0].new_table(replaced)])

    # --- columns

    def _columns(self, keys: tuple[str, ...], leads: Sequence[Lead], rows: Sequence[int]) -> LeadColumns:
        """Return the columns of leads with the same keys."""
        part = LeadColumns(keys, leads, rows)
        for position, (key, column) in enumerate(zip(keys, part.columns, strict=True)):
            policy = self._policies.get(key)
            kind = "nested" if policy is None else column_kind(column)
            if kind == "nested" and policy is not None and (numbers := time_numbers(column)) is not None:
                part.times[position] = numbers
                part.strings.append(numbers)
            elif kind == "nested":
                part.add_nested(position)
                part.new_values.append(NewValues(position, key, part.texts[position], (), self._add_nested))
            elif policy is not None and kind != "kept":
                self._add_scalars(part, position, policy, str if kind == "strings" else int)
        return part

    def _add_scalars(self, part: LeadColumns, position: int, policy: ValuePolicy, kind: type) -> None:
        """Add a column of strings or integers, each of which may be null."""
        key, column = part.keys[position], part.columns[position]
        if kind is str and policy.uses(HEADER_GENERATORS):
            part.headers.append(position)
        elif kind is str:
            column = part.add_strings(position)
        known: Mapping[Any, Any] = self._pseudonyms.known
        replace = self._add_pseudonym
        if kind is not str or not self._is_always_replaced(policy):
            memory = self._memories.setdefault((key, kind), {})
            if len(memory) >= _MAX_REMEMBERED:
                memory.clear()
            memory.update(_KEPT)
            known, replace = memory, self._add_replacement
        part.looked_up[position] = known
        if not all(map(known.__contains__, column)):
            part.new_values.append(NewValues(position, key, column, known, replace))

    def _fill_in(self, part: LeadColumns) -> None:
        """Fill in what is known after the new values were replaced, and the times."""
        for position, known in part.looked_up.items():
            part.replaced[position] = list(map(known.get, part.columns[position]))
        for position, nested in part.nested.items():
            part.replaced[position] = [each.value for each in nested]
        for position, numbers in part.times.items():
            name = shift_name((part.keys[position], *TIME_PATH))
            others = repeat(()) if name else _ordered_times(part)
            part.replaced[position] = [
                self._shifted(number, name, times) for number, times in zip(numbers, others, strict=False)
            ]

    def _shifted(self, number: str, name: str, others: Iterable[int]) -> Any:
        """Return a shifted time, as MongoDB writes it; ``None`` without a number."""
        return mongo_date(self._pseudonyms.time(int(number), name, others)) if number else None

    # --- new values

    def _replace_new_values(self, part: LeadColumns, index: int) -> None:
        """Replace the new values of a lead, in the order of its keys."""
        strings = [column[index] for column in part.strings]
        for position in part.headers:
            header = part.columns[position][index]
            if header and header not in self._headers:
                strings.append(header)
        for position, texts in part.texts.items():
            known = self._nested.get((part.keys[position], texts[index]))
            strings += strings_in(part.columns[position][index]) if known is None else known.strings
        self._avoid = avoid = runs_of(strings)
        part.avoided.append(avoid)
        self._lead_pointers.clear()
        self._kept.clear()
        self._may_leak = False
        self._new.clear()
        for column in part.new_values:
            if column.values[index] not in column.known:
                column.replace(column, part, index)
        self._check_new(avoid)

    def _add_pseudonym(self, column: NewValues, _: LeadColumns, index: int) -> None:
        """Replace a string that is always replaced."""
        value = column.values[index]
        is_valid = self._policies[column.key].same_validity(value)
        self._new.append((value, self._pseudonyms.string(value, self._avoid, is_valid)))

    def _add_replacement(self, column: NewValues, _: LeadColumns, index: int) -> None:
        """Replace a string or an integer that may be kept, and remember it."""
        value, key = column.values[index], column.key
        replaced = self._replace_member(key, value, self._lead_policy, (key,))
        self._memories[key, type(value)][value] = replaced
        if shares_run(value, replaced):
            self._may_leak = True
        if type(value) is str and replaced != value and has_other_word(replaced):
            self._other_words.add(replaced)

    def _add_nested(self, column: NewValues, part: LeadColumns, index: int) -> None:
        """Replace a nested value, or an unknown key and its value."""
        key, text = column.key, column.values[index]
        nested = self._nested.get((key, text))
        if nested is None:
            self._times = ordered_times(part.leads[index])
            nested = self._new_nested(key, part.columns[column.position][index])
            if "$date" not in text and key not in EXTENDED_JSON_KEYS:  # a time depends on the others of its lead
                if len(self._nested) >= _MAX_REMEMBERED:
                    self._nested.clear()
                self._nested[key, text] = nested
        self._lead_pointers |= nested.pointers
        part.new_keys[column.position] = nested.key
        part.nested[column.position].append(nested)

    def _new_nested(self, key: str, value: object) -> _Nested:
        """Return the replacement of a nested value, or of an unknown key and its value."""
        pointers, self._lead_pointers = self._lead_pointers, set()
        new_key = self._replace_key(key, self._lead_policy, (key,))
        replaced = self._replace_member(key, value, self._lead_policy, (key,))
        own_pointers, self._lead_pointers = frozenset(self._lead_pointers), pointers
        values = list(replaced_values({key: value}, {new_key: replaced}, (), self._names, self._is_header))
        if find_leak(values, self._kept | self._kept_columns) is not None:
            self._may_leak = True
        texts = _texts((each.source, each.pseudonym) for each in values)
        return _Nested(new_key, replaced, own_pointers, tuple(strings_in(value)), texts)

    # --- leaks

    def _check_new(self, avoid: Runs) -> None:
        """Note whether the new pseudonyms of a lead may contain a piece of their values, whatever made them."""
        others: list[str] = []
        for source, pseudonym in self._new:
            if len(pseudonym) == OBJECT_ID_CHARACTERS and is_object_id(pseudonym):
                may_leak = shares_run(source, pseudonym)
                if has_other_word(pseudonym):
                    self._other_words.add(pseudonym)
            else:
                may_leak = shares_digit_run(source, pseudonym)
                others.append(pseudonym)
            self._may_leak = self._may_leak or may_leak
        if isinstance(avoid, TextRuns) and not avoid.may_have_pseudonym_run and are_usual(others):
            return  # runs without a digit would be such runs of the lead
        for source, pseudonym in self._new:
            if shares_run(source, pseudonym):
                self._may_leak = True
            if has_other_word(pseudonym):
                self._may_leak = True
                self._other_words.add(pseudonym)

    def _suspects(self, part: LeadColumns) -> set[int]:
        """Return the indexes of the leads in which a word of a value may be in a pseudonym."""
        found = {
            index
            for index, avoid in enumerate(part.avoided)
            if not isinstance(avoid, TextRuns) or avoid.may_have_pseudonym_run
        }
        for position in part.string_positions:
            column = part.replaced[position]
            if not self._other_words.isdisjoint(column):
                found.update(index for index, value in enumerate(column) if value in self._other_words)
        for position in part.headers:
            column = part.columns[position]
            if any(self._header_texts(header).may_leak for header in dict.fromkeys(column)):
                found.update(index for index, header in enumerate(column) if self._header_texts(header).may_leak)
        for nested in part.nested.values():
            found.update(index for index, each in enumerate(nested) if each.texts.may_leak)
        return found

    def _share_words(self, part: LeadColumns, index: int) -> bool:
        """Return whether a word of a value may be in a pseudonym of its lead."""
        avoid = part.avoided[index]
        if not isinstance(avoid, TextRuns):
            return True
        sources, pseudonyms = [avoid.text], list[str]()
        for position in part.string_positions:
            pseudonym = part.replaced[position][index]
            if pseudonym and pseudonym != part.columns[position][index]:
                pseudonyms.append(pseudonym)
        texts = [self._header_texts(part.columns[position][index]) for position in part.headers]
        texts += [nested[index].texts for nested in part.nested.values()]
        for each in texts:
            sources.append(each.source)
            pseudonyms.append(each.pseudonym)
        return share_word(sources, pseudonyms)

    def _header_texts(self, header: str | None) -> _Texts:
        """Return the columns of a header that were replaced, and their pseudonyms; remember them."""
        if not header:
            return _NO_TEXTS
        if header not in self._columns_of:
            if len(self._columns_of) >= _MAX_REMEMBERED:
                self._columns_of.clear()
            replaced = self._headers.get(header)
            if replaced is None:  # it has no columns
                pairs = [(header, self._pseudonyms.known.get(header, header))]
            else:
                pairs = list(zip(column_names(header) or (), column_names(replaced) or (), strict=True))
            self._columns_of[header] = _texts(pairs)
        return self._columns_of[header]

    def _scan(self, lead: Lead) -> None:
        """Scan a lead for leaks.

        Raises:
            RecordError: there is one.
        """
        self._times = ordered_times(lead)
        self._kept.clear()
        self._require_no_leak(lead, self._replace(lead, self._lead_policy, ()))


def _texts(pairs: Iterable[tuple[str, str]]) -> _Texts:
    """Return values and their pseudonyms as text."""
    changed = [(source, pseudonym) for source, pseudonym in pairs if source != pseudonym]
    if not changed:
        return _NO_TEXTS
    source, pseudonym = ("\n".join(strings) for strings in zip(*changed, strict=True))
    return _Texts(source, pseudonym, has_rare_run(source) or has_other_word(pseudonym))


def _in_order(parts: Sequence[LeadColumns]) -> Iterator[tuple[LeadColumns, int]]:
    """Yield the columns and the index in them of each lead, in the order of the leads."""
    if len(parts) == 1:
        return zip(repeat(parts[0]), range(len(parts[0].rows)), strict=False)
    places = [(row, part, index) for part in parts for index, row in enumerate(part.rows)]
    return ((part, index) for _, part, index in sorted(places, key=itemgetter(0)))


def _ordered_times(part: LeadColumns) -> Iterable[Iterable[int]]:
    """Return the times of each lead that rules compare."""
    columns = [
        part.times.get(position)
        for position, key in enumerate(part.keys)
        if key in ORDERED_KEYS and position not in part.string_positions
    ]
    numbers = [column for column in columns if column is not None and "" not in column]
    if len(numbers) < len(columns):
        return map(ordered_times, part.leads)
    return zip(*[map(int, column) for column in numbers], strict=True)


def _is_encodable(lead: Lead) -> bool:
    """Return whether the fast encoder of JSON can express a lead."""
    try:
        orjson.dumps(lead)
    except TypeError:
        return False
    return True

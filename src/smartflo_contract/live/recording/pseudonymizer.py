"""Leads without personal data: pseudonyms for every personal value, with the same structure and the same findings.

Every string and every number is personal unless the contract states otherwise: ``x-personal`` is false; the contract
names the value; it is a counter or a status of at most three digits; or it belongs to the structure (keys, positions of
sensitive columns, names of columns that many lists have). Nothing else is kept. A value that has no pseudonym of its
form ends the recording instead of being written unchanged.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, Final, NoReturn, TypeVar

from smartflo_contract.factories.column_kinds import TEXT, column_kind
from smartflo_contract.factories.generators import generators_with
from smartflo_contract.live.checking.masking import KeyNames, UnknownKeys
from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording._leak_scan import as_string, find_leak, replaced_values
from smartflo_contract.live.recording._times import EXTENDED_JSON_KEYS, is_time, ordered_times, shift_name
from smartflo_contract.live.recording._value_policies import (
    NOT_PERSONAL,
    PERSONAL,
    ValuePolicy,
    policy_of,
    property_names,
)
from smartflo_contract.live.recording.character_runs import NO_RUNS, Runs, runs_of
from smartflo_contract.live.recording.pseudonyms import Pseudonyms
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.json_pointer import escape, finding_pointer, json_pointer
from smartflo_contract.schemas.json_values import MAX_DEPTH, Path, first_unportable
from smartflo_contract.schemas.lead_format import FIELD, column_names, sensitive_positions
from smartflo_contract.schemas.response_check import ResponseCheck

_COUNTER_GENERATORS: Final = generators_with("counter")
"""Generators of numbers that count or grade. The values of other generators identify people, lists or accounts."""
HEADER_GENERATORS: Final = generators_with("header")
_POSITION_GENERATORS: Final = generators_with("positions")
_MAX_FIELD_CHARACTERS: Final = len("field_999")
_MIN_LONG_NUMBER: Final = 1_000
"""The smallest number with a run of four digits."""
_UNKNOWN_KEY: Final = "?"
"""Replaces a key that the contract does not define, in messages."""
_NOT_JSON: Final = "JSON cannot represent this value"
_TOO_DEEP: Final = f"nested more than {MAX_DEPTH} levels deep"

_is_small_number: Final = re.compile("[0-9]{1,3}").fullmatch
_is_plain_name: Final = re.compile("[A-Za-z][A-Za-z0-9 ._/-]*").fullmatch
_is_custom_column: Final = re.compile("(?i:custom) [0-9]{1,3}").fullmatch
_json_strings: Final = re.compile(r'"(?:[^"\\]|\\.)*"')

_T = TypeVar("_T")


def pseudonymize(leads: Iterable[object], key: bytes, *, contract: Contract | None = None) -> Iterator[Any]:
    """Return the leads of one response, one by one, with a pseudonym for every personal value.

    Equal values have equal pseudonyms throughout the response, different values different ones. Times that rules
    compare, including those in ids, are shifted by the same offset, those of each other key by one of its own. Each
    lead keeps its findings. The same key always returns the same leads. Memory grows with the number of different
    values.

    Args:
        leads: the items of a decoded response.
        key: at least 16 random bytes. With the key, guesses can be tested: keep it secret, or use it once.
        contract: decides which values are personal and which findings are kept; ``lenient`` by default.

    Raises:
        RecordError: while iterating: a value has no pseudonym of its form.
        ValueError: the key is too short.
    """
    return map(Pseudonymizer(key, contract or load_contract("lenient")).lead, leads)


class Pseudonymizer:
    """Replaces the personal values of one response, lead by lead.

    Args:
        key: at least 16 random bytes.
        contract: decides which values are personal and which findings are kept.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(self, key: bytes, contract: Contract) -> None:
        """Start before the first lead."""
        overlaid = contract.overlay.properties if contract.overlay else ()
        (field_schema,) = contract.lead["patternProperties"].values()
        self._field_policy = policy_of(field_schema)
        self._policies = {
            name: policy_of(schema, validates=name in overlaid) for name, schema in contract.lead["properties"].items()
        }
        self._lead_policy = ValuePolicy(properties=self._policies)
        self._names = {*EXTENDED_JSON_KEYS, *property_names(self._policies)}
        self._pseudonyms = Pseudonyms(key, self._names)
        self._check_before, self._check_after = ResponseCheck(data_of(contract)), ResponseCheck(data_of(contract))
        self._header_keys = {name for name, policy in self._policies.items() if policy.uses(HEADER_GENERATORS)}
        self._headers: dict[str, str] = {}
        self._contract = contract
        self._unknown_keys: dict[str, str] = {}
        self._key_leads: Counter[str] = Counter()
        self._lead_pointers: set[str] = set()
        self._kept_columns: set[str] = set()
        self._kept: set[str] = set()
        self._avoid: Runs = NO_RUNS
        self._times: frozenset[int] = frozenset()
        self._index = -1

    def lead(self, lead: object) -> Any:
        """Return the next lead.

        Raises:
            RecordError: a value has no pseudonym of its form.
        """
        self._index += 1
        if (path := first_unportable(lead)) is not None:
            self._fail(path, f"{_NOT_JSON}, or it is {_TOO_DEEP}")
        if isinstance(lead, dict):
            self._add_fields(lead.keys() - self._names)
        self._times = ordered_times(lead)
        self._kept.clear()
        self._lead_pointers.clear()
        self._avoid = runs_of([string for string in strings_in(lead) if string not in self._headers])
        replaced = self._replace(lead, self._lead_policy, ())
        self._require_no_leak(lead, replaced)
        self._require_same_findings(lead, replaced)
        self._key_leads.update(self._lead_pointers)
        return replaced

    def shown_keys(self, policy: UnknownKeys | None = None) -> Mapping[str, str]:
        """Return which unknown keys reports of all leads show, by their pseudonyms.

        Args:
            policy: shows or masks all unknown keys instead.
        """
        names = KeyNames(self._contract, policy)
        for pointer, count in self._key_leads.items():
            names.count_pointer(pointer, count, self._index + 1)
        return {
            pseudonym: key
            for pseudonym, key in self._unknown_keys.items()
            if key not in self._unknown_keys and names.is_shown(escape(key))
        }

    def _add_fields(self, keys: Iterable[str]) -> None:
        """Add the policies of fields that no earlier lead has."""
        for key in filter(FIELD.fullmatch, keys):
            if len(key) > _MAX_FIELD_CHARACTERS:
                self._fail((key,), "the number of this field is so high that it may be personal data")
            self._names.add(key)
            self._policies[key] = self._field_policy

    def _replace(self, value: object, policy: ValuePolicy, path: Path) -> Any:
        """Return the replacement of a value."""
        if value is None or value == "":
            return value
        if len(path) > MAX_DEPTH:
            self._fail(path, _TOO_DEEP)
        if isinstance(value, dict):
            return {
                self._replace_key(key, policy, (*path, key)): self._replace_member(key, member, policy, (*path, key))
                for key, member in value.items()
            }
        if isinstance(value, list | tuple):
            return self._replace_array(value, policy, path)
        return self._replace_scalar(value, policy, path)

    def _replace_key(self, key: str, policy: ValuePolicy, path: Path) -> str:
        """Return the replacement of a key in an object with a policy."""
        if key in self._names:
            return key
        if policy.personal is False:
            return self._keep(key)
        pseudonym = self._pseudonym(key, PERSONAL, path)
        self._unknown_keys[pseudonym] = key
        self._lead_pointers.add(finding_pointer(path))
        return pseudonym

    def _replace_member(self, key: str, value: object, policy: ValuePolicy, path: Path) -> Any:
        """Return the replacement of a value in an object with a policy."""
        if is_time(value, path):
            return self._shift_time(value, path)
        inherited = NOT_PERSONAL if policy.personal is False else PERSONAL
        return self._replace(value, policy.properties.get(key, inherited), path)

    def _replace_array(self, values: Sequence[Any], policy: ValuePolicy, path: Path) -> list[Any]:
        if policy.uses(HEADER_GENERATORS):
            return [self._replace_column(name, (*path, index)) for index, name in enumerate(values)]
        item_policy = policy.items or (NOT_PERSONAL if policy.personal is False else PERSONAL)
        return [self._replace(value, item_policy, (*path, index)) for index, value in enumerate(values)]

    def _replace_scalar(self, value: object, policy: ValuePolicy, path: Path) -> Any:
        if isinstance(value, bool):
            return value
        if policy.personal is False or policy.is_known(value):
            return self._keep(value)
        if isinstance(value, str):
            return self._replace_string(value, policy, path)
        return self._replace_number(value, policy, path)

    def _replace_string(self, value: str, policy: ValuePolicy, path: Path) -> str:
        if policy.uses(HEADER_GENERATORS) and column_names(value) is not None:
            return self._replace_header(value, path)
        if policy.uses(_COUNTER_GENERATORS) and not policy.personal and _is_small_number(value):
            return value
        if policy.uses(_POSITION_GENERATORS) and _are_positions(value):
            return self._keep(value)
        return self._pseudonym(value, policy, path)

    def _is_always_replaced(self, policy: ValuePolicy) -> bool:
        """Return whether every string with a policy has a pseudonym."""
        is_counter = policy.uses(_COUNTER_GENERATORS) and not policy.personal
        is_structure = policy.uses(HEADER_GENERATORS) or policy.uses(_POSITION_GENERATORS)
        return not (policy.personal is False or policy.known_values or is_counter or is_structure)

    def _replace_number(self, value: Any, policy: ValuePolicy, path: Path) -> float:
        if not isinstance(value, int | float) or not isfinite(value):
            self._fail(path, _NOT_JSON)
        is_whole = isinstance(value, int) or value.is_integer()
        if policy.uses(_COUNTER_GENERATORS) and not policy.personal and is_whole and abs(value) < _MIN_LONG_NUMBER:
            return value
        try:
            return self._pseudonyms.number(value, self._avoid, policy.same_validity(value))
        except RecordError as error:
            self._fail(path, str(error))

    def _pseudonym(self, value: str, policy: ValuePolicy, path: Path) -> str:
        try:
            return self._pseudonyms.string(value, self._avoid, policy.same_validity(value))
        except RecordError as error:
            self._fail(path, str(error))

    def _shift_time(self, value: Any, path: Path) -> str | int:
        """Return a shifted time, as a string if it was one."""
        name = shift_name(path)
        try:
            shifted = self._pseudonyms.time(int(value), name, () if name else self._times)
        except RecordError as error:
            self._fail(path, str(error))
        return str(shifted) if isinstance(value, str) else shifted

    def _replace_header(self, value: str, path: Path) -> str:
        """Return a JSON-encoded array of column names with the same blanks and escapes."""
        if value not in self._headers:

            def replace_column(match: re.Match[str]) -> str:
                name = json.loads(match[0])
                replaced = self._replace_column(name, path)
                return match[0] if replaced == name else json.dumps(replaced, ensure_ascii=match[0].isascii())

            self._headers[value] = _json_strings.sub(replace_column, value)
        return self._headers[value]

    def _replace_column(self, name: object, path: Path) -> Any:
        """Return a column name that many lists have unchanged, and the pseudonym of another one."""
        if isinstance(name, str) and _is_plain_name(name) and (column_kind(name) != TEXT or _is_custom_column(name)):
            self._kept_columns.add(name)
            return name
        return self._replace(name, PERSONAL, path)

    def _keep(self, value: _T) -> _T:
        """Return a value that is not personal, and except it from the leak scan."""
        self._kept.add(as_string(value))
        return value

    def _require_no_leak(self, before: object, after: object) -> None:
        values = replaced_values(before, after, (), self._names, self._is_header)
        leak = find_leak(values, self._kept | self._kept_columns)
        if leak:
            self._fail(*leak)

    def _is_header(self, path: Path, value: object) -> bool:
        return path[:1] != () and path[0] in self._header_keys and value in self._headers

    def _require_same_findings(self, before: object, after: object) -> None:
        self._require_equal_findings(self._index, self._check_before.add(before), self._check_after.add(after))

    def _require_equal_findings(
        self, index: int, before: Iterable[tuple[str, Path]], after: Iterable[tuple[str, Path]]
    ) -> None:
        """Require that a lead has the same findings as before.

        Args:
            index: index of the lead.
            before: rules and paths of the findings of the original.
            after: those of the replaced lead.
        """
        findings_before = sorted((rule, self._pointer(path)) for rule, path in before)
        findings_after = sorted((rule, self._pointer(path)) for rule, path in after)
        if findings_before != findings_after:
            rule, pointer = min({*findings_before} ^ {*findings_after}, default=("", ""))
            message = (
                f"lead {index}, {pointer or '/'}: the value cannot be replaced without changing the finding `{rule}`"
            )
            raise RecordError(message)

    def _pointer(self, path: Path) -> str:
        """Return the JSON pointer of a path without keys that the contract does not define."""
        return json_pointer(part if isinstance(part, int) or part in self._names else _UNKNOWN_KEY for part in path)

    def _fail(self, path: Path, reason: str) -> NoReturn:
        message = f"lead {self._index}, {self._pointer(path) or '/'}: {reason}"
        raise RecordError(message) from None


def _are_positions(string: str) -> bool:
    """Return whether a string contains only positions of sensitive columns, or their number."""
    positions = sensitive_positions(string)
    return _is_small_number(string) is not None or (
        positions is not None and all(abs(position) < _MIN_LONG_NUMBER for position in positions)
    )


def strings_in(value: object) -> Iterator[str]:
    """Yield every string in a value."""
    stack = [value]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += value.values()
        elif isinstance(value, list | tuple):
            stack += value
        elif isinstance(value, str):
            yield value

"""The form of the leads of one response: the JSON type of each key, which a decoder checks while it parses.

A form is learned from leads that were decoded before. Whatever does not have it is decoded without a form.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property, reduce
from operator import attrgetter, or_
from typing import Annotated, Any, Final, Literal, NamedTuple, get_origin

import msgspec

from smartflo_contract.schemas.contract_data import ContractData
from smartflo_contract.schemas.json_values import MAX_SAFE_INTEGER, count_nested_keys
from smartflo_contract.schemas.large_integers import decode_json
from smartflo_contract.schemas.lead_format import TIME_KEYS
from smartflo_contract.schemas.lead_table import LazyColumns, Table, are_equal

_MIN_LEADS: Final = 16
"""Leads from which a form is learned."""
_MAX_KEYS: Final = 200
_HAS_ESCAPES: Final = re.compile(r'["\\\x00-\x1f]').search
"""Whether JSON escapes characters of a key; msgspec accepts no such key."""
_MAX_FORMS: Final = 100
"""Forms after which the leads of a response are taken to have none."""
_SCALARS: Final[Mapping[str, Any]] = {"string": str, "boolean": bool, "null": None}
_LIMITS: Final = {"minimum": "ge", "maximum": "le"}
_ANNOTATIONS: Final = frozenset({"description", "title", "$comment", "contentMediaType", "contentSchema", "default"})
_NUMBER = msgspec.defstruct(
    "_NUMBER", [("number", str, msgspec.field(name="$numberLong"))], forbid_unknown_fields=True, gc=False
)
TIME: Final = msgspec.defstruct(
    "TIME", [("date", _NUMBER, msgspec.field(name="$date"))], forbid_unknown_fields=True, gc=False
)
_NUMBER_PATH: Final = ".date.number"
_KEYS_IN_A_TIME: Final = 2
_ESCAPED_COLON: Final = b"\\u003"
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class KeyForm(NamedTuple):
    """The form of the values of one key.

    Attributes:
        type: the type that the decoder requires.
        is_valid: whether every value of the type is valid by the schema.
        constant: the only value; ``None`` if there is no such string.
    """

    type: Any
    is_valid: bool = False
    constant: str | None = None

    @property
    def may_nest(self) -> bool:
        """Whether a value may be an object or an array."""
        return self.type is Any


_ANY: Final = KeyForm(Any)


class LeadForm:
    """The form of leads: their keys, and the form of each.

    Args:
        keys: the form of each key.
        optional: keys that leads need not have.

    Attributes:
        read: attributes that were read before, which are read together.
    """

    def __init__(self, keys: Mapping[str, KeyForm], optional: frozenset[str]) -> None:
        """Make the decoder."""
        self.keys, self.optional = keys, optional
        self.attributes = {key: f"key_{number}" for number, key in enumerate(keys)}
        self.read: list[str] = []
        self._decoder = msgspec.json.Decoder(list[self._struct()])  # type: ignore[misc]

    def decode(self, source: "TextValues") -> "list[StructTable] | None":
        """Return leads as tables; ``None`` unless they have this form, and each of their objects has each key once."""
        try:
            leads: list[Any] = self._decoder.decode(source.text)
        except _UNREADABLE:
            return None
        tables = self._tables(leads, source)
        return tables if self._keep_all_keys(source.text, leads, tables) else None

    @cached_property
    def valid_keys(self) -> frozenset[str]:
        """The keys whose values are valid by the schema."""
        return frozenset(key for key, form in self.keys.items() if form.is_valid)

    def _struct(self) -> type[msgspec.Struct]:
        fields = [
            (self.attributes[key], form.type, msgspec.field(name=key))
            if key not in self.optional
            else (self.attributes[key], form.type | msgspec.UnsetType, msgspec.field(name=key, default=msgspec.UNSET))
            for key, form in self.keys.items()
        ]
        return msgspec.defstruct("Lead", fields, kw_only=True, forbid_unknown_fields=True, eq=False, gc=False)

    def _tables(self, leads: Sequence[Any], source: "TextValues") -> "list[StructTable]":
        """Return a table for each set of keys."""
        optional = [key for key in self.keys if key in self.optional]
        if not optional:
            return [StructTable(self, tuple(self.keys), leads, range(len(leads)), source)] if leads else []
        values = zip(*[map(attrgetter(self.attributes[key]), leads) for key in optional], strict=True)
        rows_by_missing: dict[tuple[bool, ...], list[int]] = {}
        for row, missing in enumerate([tuple(value is msgspec.UNSET for value in lead) for lead in values]):
            rows_by_missing.setdefault(missing, []).append(row)
        tables = []
        for missing, rows in rows_by_missing.items():
            left_out = {key for key, is_missing in zip(optional, missing, strict=True) if is_missing}
            keys = tuple(key for key in self.keys if key not in left_out)
            tables.append(StructTable(self, keys, [leads[row] for row in rows], rows, source))
        return tables

    def _keep_all_keys(self, text: bytes, leads: Sequence[Any], tables: "Sequence[StructTable]") -> bool:
        """Return whether surely no key of a text was lost in decoding: a lost key would have taken its colon along."""
        kept = 0
        for table in tables:
            kept += len(table.keys) * len(table.rows)
            for key in table.keys:
                form = self.keys[key]
                if form.type is TIME:
                    kept += _KEYS_IN_A_TIME * len(table.rows)
                elif form.may_nest:
                    nested = count_nested_keys(table.columns[key])
                    if nested is None:
                        return False
                    kept += nested
        colons = text.count(b":")
        if colons == kept:
            return True
        # Some strings have colons.
        return _ESCAPED_COLON not in text and msgspec.json.encode(leads).count(b":") == colons


class TextValues:
    """The values of a JSON array, decoded when they are used.

    Args:
        text: the array.
    """

    def __init__(self, text: bytes) -> None:
        """Decode nothing yet."""
        self.text = text

    @cached_property
    def values(self) -> list[Any]:
        """The values.

        Raises:
            orjson.JSONDecodeError: the text is not JSON.
        """
        values: list[Any] = decode_json(self.text)
        return values


class StructColumns(LazyColumns):
    """The columns of leads of one form.

    Args:
        form: the form.
        keys: the keys that each lead has.
        structs: the leads.
    """

    def __init__(self, form: LeadForm, keys: tuple[str, ...], structs: Sequence[Any]) -> None:
        """Make no column yet."""
        super().__init__(keys)
        self._form, self._structs = form, structs
        self._has_all_keys = len(keys) == len(form.keys)
        self._attributes: dict[str, Sequence[Any]] = {}

    def make(self, key: str) -> Sequence[Any]:
        """Make the column of a key."""
        form = self._form.keys[key]
        if form.constant is not None:
            return [form.constant] * len(self._structs)
        if form.type is TIME:
            return [{"$date": {"$numberLong": number}} for number in self.time_strings(key)]
        return self._read(self._form.attributes[key])

    def time_strings(self, key: str) -> Sequence[str]:
        """Return the numbers of a key whose form is a time."""
        return self._read(self._form.attributes[key] + _NUMBER_PATH)

    def _read(self, attribute: str) -> Sequence[Any]:
        """Return the values of an attribute; read all that were needed in earlier tables together with it."""
        if attribute not in self._attributes:
            if attribute not in self._form.read:
                self._form.read.append(attribute)
            attributes = self._form.read if self._has_all_keys else [attribute]
            if len(attributes) == 1:
                self._attributes[attribute] = list(map(attrgetter(attribute), self._structs))
            else:
                columns = zip(*map(attrgetter(*attributes), self._structs), strict=True)
                self._attributes.update(zip(attributes, columns, strict=True))
        return self._attributes[attribute]


class StructTable(Table):
    """Leads of one form that have the same keys.

    Args:
        form: the form.
        keys: the keys.
        structs: the leads.
        rows: the index of each lead among all leads.
        source: all leads, without a form.
    """

    def __init__(
        self, form: LeadForm, keys: tuple[str, ...], structs: Sequence[Any], rows: Sequence[int], source: TextValues
    ) -> None:
        """Keep the leads."""
        super().__init__(keys, (), rows)
        self.valid_keys = form.valid_keys
        self.columns = self._columns = StructColumns(form, keys, structs)
        self._form, self._structs, self._source = form, structs, source

    @property
    def leads(self) -> Sequence[Mapping[str, Any]]:
        """The leads, decoded without a form."""
        leads = self._source.values
        return [leads[row] for row in self.rows]

    def lead(self, index: int) -> Mapping[str, Any]:
        """Return one of the leads; its keys may be in another order."""
        lead: dict[str, Any] = msgspec.to_builtins(self._structs[index])
        return lead

    def has_only(self, key: str, value: object) -> bool:
        """Return whether every lead has the same value of a key."""
        constant = self._form.keys[key].constant
        return constant == value if constant is not None else super().has_only(key, value)

    def has_times(self, key: str) -> bool:
        """Return whether every value of a key is a MongoDB time, whatever its number."""
        return self._form.keys[key].type is TIME

    def time_strings(self, key: str) -> Iterable[str]:
        """Return the numbers in a column of MongoDB times as strings.

        Raises:
            KeyError, TypeError: now or while iterating, if a value has another form.
        """
        return self._columns.time_strings(key) if self.has_times(key) else super().time_strings(key)


class LeadDecoder:
    """Decodes leads by their form, and learns it from leads that do not have the one that is known.

    Args:
        contract: the contract.
    """

    def __init__(self, contract: ContractData) -> None:
        """Know no form."""
        self._contract = contract
        self._form: LeadForm | None = None
        self._attempts = 0

    def decode(self, source: TextValues) -> list[StructTable] | None:
        """Return leads as tables; ``None`` if they must be decoded without a form."""
        return None if self._form is None else self._form.decode(source)

    def learn(self, tables: Sequence[Table]) -> None:
        """Learn the form of leads that do not have the known one."""
        if sum(len(table.rows) for table in tables) < _MIN_LEADS:
            return
        known = {} if self._form is None else self._form.keys
        optional = frozenset[str]() if self._form is None else self._form.optional
        keys = dict.fromkeys([key for table in tables for key in table.keys] + [*known])
        self._attempts += 1
        if len(keys) > _MAX_KEYS or self._attempts > _MAX_FORMS or any(map(_HAS_ESCAPES, keys)):
            self._form = None
            return
        columns = {key: [value for table in tables for value in table.columns.get(key, ())] for key in keys}
        forms = {key: self._key_form(key, column, known.get(key)) for key, column in columns.items()}
        new = () if self._form is None else keys.keys() - known.keys()
        optional |= {key for key in keys if any(key not in table.columns for table in tables)}.union(new)
        if self._form is None or forms != known or optional != self._form.optional:
            self._form = LeadForm(forms, optional)

    def _key_form(self, key: str, column: Sequence[Any], known: KeyForm | None) -> KeyForm:
        """Return the narrowest form that fits a column and is not narrower than the known one."""
        if known is not None and _fits(known.type, column):
            return known
        if known is None and len(column) >= _MIN_LEADS and isinstance(column[0], str) and are_equal(column):
            constant = KeyForm(Literal[column[0]], is_valid=True, constant=column[0])
            if self._contract.column_is_valid(key, column[:1]):
                return constant
        form = _schema_form(self._contract.key_schema(key), is_time=key in TIME_KEYS)
        return form if _fits(form.type, column) else _ANY._replace(is_valid=form.is_valid and form.may_nest)


def _fits(kind: Any, column: Sequence[Any]) -> bool:
    """Return whether all values have a type."""
    if kind is Any:
        return True
    try:
        msgspec.json.decode(msgspec.json.encode(column), type=list[kind])
    except (*_UNREADABLE, OverflowError):
        return False
    return True


def _schema_form(schema: Any, *, is_time: bool = False) -> KeyForm:
    """Return the form of the values that a schema accepts; values of it need not be valid unless the form says so."""
    if schema is True:
        return KeyForm(Any, is_valid=True)
    if schema is False:
        return _ANY
    if is_time and _is_time(schema):
        return KeyForm(TIME)
    keywords = schema.keys() - _ANNOTATIONS
    if keywords == {"anyOf"}:
        return _union([_schema_form(branch) for branch in schema["anyOf"]])
    named = schema.get("type", ())
    return _union([_scalar_form(name, schema, keywords - {"type"}) for name in _names(named)])


def _is_time(schema: Mapping[str, Any]) -> bool:
    """Return whether a schema accepts objects of MongoDB times only."""
    for key in ("$date", "$numberLong"):
        closed = {"type": "object", "additionalProperties": False, "required": [key]}
        plain = {keyword: value for keyword, value in schema.items() if keyword not in _ANNOTATIONS}
        if plain.pop("properties", {}).keys() != {key} or plain != closed:
            return False
        schema = schema["properties"][key]
    return schema.get("type") == "string"


def _names(types: str | Sequence[str]) -> Sequence[str]:
    return [types] if isinstance(types, str) else types


def _scalar_form(name: str, schema: Mapping[str, Any], keywords: AbstractSet[str]) -> KeyForm:
    """Return the form of the values of one JSON type that a schema accepts."""
    others = keywords - _LIMITS.keys()
    if name == "integer":
        limits = {argument: schema[keyword] for keyword, argument in _LIMITS.items() if keyword in keywords}
        if others or not all(type(limit) is int and abs(limit) <= MAX_SAFE_INTEGER for limit in limits.values()):
            return KeyForm(int)
        return KeyForm(Annotated[int, msgspec.Meta(**limits)] if limits else int, is_valid=True)
    return KeyForm(_SCALARS[name], is_valid=not others) if name in _SCALARS else _ANY


def _union(forms: Sequence[KeyForm]) -> KeyForm:
    """Return the form of values that have one of some forms."""
    by_kind: dict[Any, KeyForm] = {}
    for form in forms:
        if form.type is Any:
            return _ANY
        kind = int if get_origin(form.type) is Annotated else form.type
        other = by_kind.get(kind)
        if other is None:
            by_kind[kind] = form
        elif kind is int:
            by_kind[kind] = KeyForm(int)
        else:
            by_kind[kind] = form if form.is_valid else other
    if not by_kind:
        return _ANY
    return KeyForm(
        reduce(or_, [form.type for form in by_kind.values()]), all(form.is_valid for form in by_kind.values())
    )

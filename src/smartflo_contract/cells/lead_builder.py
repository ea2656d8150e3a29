"""Build leads that have chosen cells."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, TypeAlias

from smartflo_contract.cells.cell import ABSENT, Mask
from smartflo_contract.cells.lead_cells import COLUMNS, FIELD_KEY, FIELDS, LEADS, LeadCells
from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.facts import Phones
from smartflo_contract.factories.schema_values import value_for
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.lead_format import FIELD, column_names, epoch_ms, header_string
from smartflo_contract.schemas.profile_names import READINGS
from smartflo_contract.schemas.schema_keywords import Schema, plain_schema

Lead: TypeAlias = dict[str, Any]

LIST_ID: Final = 8668
LIST_GROUPS: Final = (LEADS, "list_id")
"""Groups of cells that a list has, and not a lead in it."""
_CREATED, _UPDATED = "created_at", "updated_at"
_HEADER: Final = "header"
_SENSITIVE: Final = "sensitive_field_map"
_NO_SENSITIVE: Final = ("[]", "0")
"""Values of ``sensitive_field_map`` without sensitive columns, one for each reading."""
_LAST: Final = (FIELDS, FIELD_KEY, COLUMNS, _SENSITIVE)
"""Groups whose cells are set after those of other keys, in this order."""
_EXAMPLE_FIELD: Final = "field_1"
_Pool: TypeAlias = Sequence[tuple[Mapping[str, Any], Mask]]
"""Generated leads, each with its cells."""


class LeadBuilder:
    """Builds leads of one list that have chosen cells.

    Args:
        contract: the contract.
        cells: the cells of its leads.
        list_id: id of the list.
        seed: seed of the leads.
        phones: ``safe`` for phone numbers that cannot ring, ``valid`` for those that may belong to somebody.
    """

    def __init__(
        self, contract: Contract, cells: LeadCells, *, list_id: int = LIST_ID, seed: int = 0, phones: Phones = "safe"
    ) -> None:
        """Prepare to generate leads in each reading of the contract."""
        definition = ListDefinition(id=list_id)
        self._contract, self._cells = contract, cells
        self._data = data_of(contract)
        profiles = (contract.profile, *READINGS) if contract.profile == "lenient" else (contract.profile,)
        contracts = [load_contract(profile, contract.overlay) for profile in profiles]
        self._writers = [LeadWriter(definition, each, seed=seed, phones=phones) for each in contracts]
        self._unique = {rule.keys[0] for rule in self._data.rules if rule.is_unique}
        self._pools: dict[int, _Pool] = {}

    def lead(self, index: int, chosen: Sequence[int] = ()) -> Lead:
        """Return a lead with some cells, as far as the contract allows them together.

        Args:
            index: of the lead in the list.
            chosen: numbers of the cells, at most one of each group.
        """
        pool = self._pool(index)
        return self._with_cells(pool[0][0], chosen, pool, index)

    def with_cell(self, lead: Mapping[str, Any], number: int) -> Lead:
        """Return a lead like another one that has a cell, as far as the contract allows it."""
        return self._with_cells(lead, (number,), (), 0)

    def has_cells(self, lead: Lead, chosen: Sequence[int]) -> bool:
        """Return whether a lead is valid and has some cells."""
        if not self._contract.is_valid([lead]):
            return False
        mask = self._cells.leads_mask([lead])
        return all(mask >> number & 1 for number in chosen)

    def _pool(self, index: int) -> _Pool:
        """Return the lead with an index in each reading, with its cells."""
        if index not in self._pools:
            leads = [writer.lead(index) for writer in self._writers]
            self._pools[index] = [(lead, self._cells.leads_mask([lead])) for lead in leads]
        return self._pools[index]

    def _with_cells(self, lead: Mapping[str, Any], chosen: Sequence[int], pool: _Pool, index: int) -> Lead:
        built = deepcopy(dict(lead))
        numbers = {self._cells.examples[self._cells.cells[number].id].path[0]: number for number in chosen}
        for key, number in numbers.items():
            if key not in _LAST:
                built[key] = self._value(built, key, number, pool, index)
        _sort_times(built, numbers)
        self._set_fields_and_header(built, numbers, pool, index)
        return {key: value for key, value in built.items() if value is not ABSENT}

    def _value(self, lead: Lead, key: str, number: int, pool: _Pool, index: int) -> Any:
        """Return a value of a key that has a cell: a generated one if possible, else the example of the cell."""
        if key != _SENSITIVE:  # generated positions may be beyond the fields of this lead
            for generated, mask in pool:
                if mask >> number & 1 and key in generated:
                    return deepcopy(generated[key])
        value = self._example(lead, key, number)
        alternatives = self._alternatives(lead, key, value, index)
        return next((other for other in alternatives if self._has_cell(key, other, number)), value)

    def _example(self, lead: Lead, key: str, number: int) -> Any:
        """Return the value of a key with the example of a cell in it."""
        example = self._cells.examples[self._cells.cells[number].id]
        key_of_schema, *below = example.path
        schema = self._contract.schema_of(key_of_schema) if below else {}
        return _replace(lead.get(key), below, example.value, schema)

    def _alternatives(self, lead: Lead, key: str, value: object, index: int) -> Iterator[object]:
        """Yield what may replace the example of a cell, where other keys or other leads decide about the value."""
        if key == "id":
            yield from (str(lead.get("list_id")), lead.get("lead_id"))
        if key == "lead_id":
            yield lead.get("id")
        if key in self._unique and type(value) is int:
            yield value + index

    def _has_cell(self, key: str, value: object, number: int) -> bool:
        return bool(self._cells.leads_mask([{key: value}]) >> number & 1)

    def _set_fields_and_header(self, lead: Lead, numbers: Mapping[str, int], pool: _Pool, index: int) -> None:
        """Set the number of fields and columns, and a value of a field; those that were not chosen fit the others."""
        named = {int(key.removeprefix("field_")): key for key in numbers if FIELD.fullmatch(key)}
        absent = [number for number, key in named.items() if lead[key] is ABSENT]
        if FIELDS in numbers:
            needed = max((number + 1 for number in named if number not in absent), default=0)
            columns = self._count(numbers[COLUMNS]) if COLUMNS in numbers else 0
            _set_field_count(lead, self._field_count(numbers[FIELDS], (max(needed, columns), needed)))
        elif absent:  # fields are numbered without a gap
            _set_field_count(lead, min(absent))
        is_count_chosen = FIELDS in numbers or bool(absent)
        if is_count_chosen or not {COLUMNS, _HEADER}.isdisjoint(numbers):
            _set_columns(lead, self._count(numbers[COLUMNS]) if COLUMNS in numbers else None, is_count_chosen)
            self._fit_sensitive(lead)
        if _SENSITIVE in numbers:
            lead[_SENSITIVE] = self._value(lead, _SENSITIVE, numbers[_SENSITIVE], pool, index)
        if FIELD_KEY in numbers:
            named = self._contract.lead["properties"]
            fields = [key for key in (_EXAMPLE_FIELD, *lead) if FIELD.fullmatch(key) and key in lead]
            field = next((key for key in fields if key not in named), _EXAMPLE_FIELD)
            lead[field] = self._example(lead, field, numbers[FIELD_KEY])

    def _count(self, number: int) -> int:
        """Return the count that is the example of a cell."""
        count: int = self._cells.examples[self._cells.cells[number].id].value
        return count

    def _field_count(self, number: int, preferred: Sequence[int]) -> int:
        """Return the number of fields with a cell: the first preferred one that has it, else that of its example."""
        leads = {count: dict.fromkeys(map("field_{}".format, range(count)), "") for count in preferred}
        fitting = (count for count, lead in leads.items() if self._cells.leads_mask([lead]) >> number & 1)
        return next(fitting, self._count(number))

    def _fit_sensitive(self, lead: Lead) -> None:
        """Name no sensitive column, in the reading of the lead."""
        sensitive = lead.get(_SENSITIVE)
        if isinstance(sensitive, str):
            value = _NO_SENSITIVE[not sensitive.startswith("[")]
            if self._data.accepts_value(_SENSITIVE, value):
                lead[_SENSITIVE] = value


def _sort_times(lead: Lead, chosen: Mapping[str, int]) -> None:
    """Set the time of creation or update that was not chosen to the other one if it would be out of order."""
    created, updated = epoch_ms(lead.get(_CREATED)), epoch_ms(lead.get(_UPDATED))
    if created is not None and updated is not None and created > updated:
        if _CREATED not in chosen:
            lead[_CREATED] = deepcopy(lead[_UPDATED])
        elif _UPDATED not in chosen:
            lead[_UPDATED] = deepcopy(lead[_CREATED])


def _set_field_count(lead: Lead, count: int) -> None:
    """Set the number of fields of a lead, which stand where its fields are."""
    fields = {key: lead.get(key, "") for key in map("field_{}".format, range(count))}
    before = [key for key in lead if not FIELD.fullmatch(key)]
    position = next((number for number, key in enumerate(lead) if FIELD.fullmatch(key)), len(before))
    others = {key: lead[key] for key in before}
    lead.clear()
    lead.update({key: others[key] for key in before[:position]} | fields | others)


def _set_columns(lead: Lead, count: int | None, is_field_count_chosen: bool) -> None:  # noqa: FBT001 - private
    """Set the number of columns, ``None`` for as many as there are, and add missing fields unless they are chosen."""
    header = lead.get(_HEADER)
    names = column_names(header) if header is not ABSENT else None
    if names is None:
        return
    fields = sum(1 for key in lead if FIELD.fullmatch(key))
    if count is not None:
        columns = [*names, *map("Column {}".format, range(len(names) + 1, count + 1))][:count]
    else:
        columns = list(names[:fields] if is_field_count_chosen else names)
    if len(columns) > fields and not is_field_count_chosen:
        _set_field_count(lead, len(columns))
    if columns != list(names):
        lead[_HEADER] = columns if isinstance(header, list) else header_string(columns)


def _replace(value: Any, path: Sequence[str], new: Any, schema: Schema) -> Any:
    """Return a value with the part at a path replaced; ``*`` is the first item of an array.

    Args:
        value: the value; one that has no such part is replaced by a generated one.
        path: the path.
        new: the part; :data:`ABSENT` removes it.
        schema: the schema of the value.
    """
    if not path:
        return new if new is ABSENT else deepcopy(new)
    segment, *below = path
    branches = schema.get("anyOf", (schema,))
    if segment == "*":
        items: Schema = next((branch["items"] for branch in branches if "items" in branch), {})
        return [_replace(value[0] if isinstance(value, list) and value else None, below, new, items)]
    branch: Schema = next((branch for branch in branches if segment in branch.get("properties", ())), {})
    mapping = (
        value if isinstance(value, dict) else value_for(plain_schema({**branch, "type": "object"}), Draw(b"cells"))
    )
    part = _replace(mapping.get(segment), below, new, branch.get("properties", {}).get(segment, {}))
    return {key: other for key, other in (mapping | {segment: part}).items() if other is not ABSENT}

"""Mutants of one key of a lead: removed, renamed, with a value of another type, or in another reading."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import Any, Final

from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mutants.drafts import LIST_ID, Draft, Subject
from smartflo_contract.mutants.lead_edits import ChangeLead
from smartflo_contract.mutants.mutant import Lead
from smartflo_contract.mutants.value_operators import REMOVE, VALUE_OPERATORS, ValueOperator, new_name
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.json_pointer import escape
from smartflo_contract.schemas.lead_format import FIELD, TIME_KEYS, column_names
from smartflo_contract.schemas.profile_names import READINGS

_ASSUMED: Final = "assumed"
_ABSENT: Final = object()
Path = tuple[str, ...]


def key_drafts(subject: Subject) -> Iterator[Draft]:
    """Yield the mutants of every key, and of the keys of objects in a lead."""
    columns = len(column_names(subject.leads[0].get("header")) or ())
    for key in dict.fromkeys((*subject.leads[0], *subject.properties)):
        if FIELD.fullmatch(key) and key not in subject.properties and int(key.removeprefix("field_")) >= columns:
            yield _draft((key,), REMOVE, "{key} is missing", partial(_without, (key,)))
            continue
        yield from _path_drafts(subject, (key,))
        for nested in _nested_keys(subject, key):
            yield from _path_drafts(subject, (key, nested))
        yield from _other_reading(subject, key)


def _path_drafts(subject: Subject, path: Path) -> Iterator[Draft]:
    """Yield the mutants of the value at a path."""
    leads = [*_leads_with_values(subject, path)]
    if not leads:
        return
    name = new_name(path[-1])
    yield _draft(path, REMOVE, "{key} is missing", partial(_without, path), leads[0])
    yield _draft(path, "rename", f"{{key}} is called {escape(name)}", partial(_renamed, path, name), leads[0])
    operators: dict[str, list[ValueOperator]] = {}
    for operator in VALUE_OPERATORS:
        operators.setdefault(operator.name, []).append(operator)
    for operator_name, entries in operators.items():
        shown = ((entry, lead) for lead in leads for entry in entries if entry.applies(_value(lead, path)))
        entry, lead = next(shown, (None, None))
        if entry is not None:
            change = partial(_converted, path, entries)
            yield _draft(path, operator_name, entry.change, change, lead)._replace(
                evidence=entry.evidence, kind=entry.kind
            )


def _draft(path: Path, operator: str, change: str, change_lead: ChangeLead, lead: Lead | None = None) -> Draft:
    key = "/".join(map(escape, path))
    return Draft(
        key, escape(path[0]), operator, change.replace("{key}", key), _ASSUMED, lead=lead, change_lead=change_lead
    )


def _leads_with_values(subject: Subject, path: Path) -> Iterator[Lead]:
    """Yield leads that have a value at a path: generated ones, then the first with the example of each cell."""
    found = [lead for lead in subject.leads if _value(lead, path) is not _ABSENT]
    yield from found
    base = found[0] if found else subject.leads[0]
    for example in subject.cells.examples.values():
        if example.path == path[:1] and len(path) == 1:
            lead = base | {path[0]: deepcopy(example.value)}
            if subject.contract.is_valid([lead]):
                yield lead


def _nested_keys(subject: Subject, key: str) -> Sequence[str]:
    """Return the keys of an object; a time is changed as a whole."""
    schema = subject.properties.get(key, {})
    if key in TIME_KEYS:
        return ()
    branches = schema.get("anyOf", (schema,))
    return [*dict.fromkeys(nested for branch in branches for nested in branch.get("properties", ()))]


def _value(lead: Mapping[str, Any], path: Path) -> Any:
    """Return the value at a path, or ``_ABSENT``."""
    value: Any = lead
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return _ABSENT
        value = value[key]
    return value


def _edited(lead: Lead, path: Path, edit: Callable[[Lead, str], Lead]) -> Lead | None:
    """Return a lead with the object that a path leads into edited; ``None`` if there is nothing at the path."""
    if _value(lead, path) is _ABSENT:
        return None
    key, *below = path
    if not below:
        return edit(lead, key)
    return lead | {key: _edited(lead[key], tuple(below), edit)}


def _without(path: Path, lead: Lead, _: int) -> Lead | None:
    return _edited(lead, path, lambda parent, key: {name: value for name, value in parent.items() if name != key})


def _renamed(path: Path, new: str, lead: Lead, _: int) -> Lead | None:
    return _edited(
        lead, path, lambda parent, key: {new if name == key else name: value for name, value in parent.items()}
    )


def _converted(path: Path, operators: Sequence[ValueOperator], lead: Lead, _: int) -> Lead | None:
    value = _value(lead, path)
    operator = next((each for each in operators if value is not _ABSENT and each.applies(value)), None)
    if operator is None:
        return None
    return _edited(lead, path, lambda parent, key: parent | {key: operator.convert(value)})


def _other_reading(subject: Subject, key: str) -> Iterator[Draft]:
    """Yield the mutant that writes a key as the other reading of a contradiction does."""
    if "x-contradiction" not in subject.properties.get(key, {}):
        return
    change = _ReadingChange(key)
    if any(change(lead, index) not in (None, lead) for index, lead in enumerate(subject.leads)):
        draft = _draft((key,), "other-reading", "{key} follows the other reading of the documentation", change)
        yield draft._replace(evidence=", ".join(sorted(READINGS)), scope="each")


class _ReadingChange:
    """Changes a key to the value that the other reading has.

    Args:
        key: the key.
    """

    def __init__(self, key: str) -> None:
        """Prepare to generate leads in each reading."""
        self._key = key
        contracts = {profile: load_contract(profile) for profile in READINGS}
        self._data = {profile: data_of(contract) for profile, contract in contracts.items()}
        self._writers = {
            profile: LeadWriter(ListDefinition(id=LIST_ID), contract) for profile, contract in contracts.items()
        }

    def __call__(self, lead: Lead, index: int) -> Lead | None:
        """Return the lead with the value of the first reading that does not accept its own."""
        if self._key not in lead:
            return None
        for profile, data in self._data.items():
            if self._key in data.lead["properties"] and not data.accepts_value(self._key, lead[self._key]):
                value = self._writers[profile].lead(index).get(self._key)
                return lead | {self._key: str(lead.get("list_id")) if value == str(LIST_ID) else value}
        return None

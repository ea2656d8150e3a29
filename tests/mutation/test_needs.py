"""What a client needs: found by a search with clients in this process, which read the leads of a list."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mutants import Mutant, find_mutants, mutants_of
from smartflo_contract.mutants.bodies import apply_to
from smartflo_contract.mutants.mutant import Leads, LeadsEdit, Note
from smartflo_contract.mutation.needs import NeedsSearch, NeedsTrial
from smartflo_contract.schemas import Contract, load_contract
from smartflo_contract.schemas.needs import Needs, PropertyNeeds, load_needs, needs_as_dict

Client = Callable[[list[dict[str, Any]]], object]
"""Reads leads; raises an error if it cannot."""
CONTRACT = load_contract()
KEYS = [mutant.group for mutant in mutants_of(CONTRACT) if mutant.operator == "remove" and "/" not in mutant.id]


@cache
def body_of(contract: Contract) -> bytes:
    """Return a response with six leads."""
    writer = LeadWriter(ListDefinition(id=8668), contract)
    return orjson.dumps([writer.lead(index) for index in range(6)])


class Runs:
    """Runs a client with mutants, and notes which of them have changed its response.

    Args:
        client: the client.
        contract: the contract whose mutants it is served.
        body: the response without a mutant; ``None`` for a generated one.

    Attributes:
        ids: ids of the mutants of each run.
        phases: number of runs at the end of each phase, by name.
    """

    def __init__(self, client: Client, contract: Contract = CONTRACT, body: bytes | None = None) -> None:
        """Start without runs."""
        self.ids: list[str] = []
        self.phases: dict[str, int] = {}
        self._client, self._contract = client, contract
        self._body = body_of(contract) if body is None else body

    def needs(self) -> Needs:
        """Return what a search finds, from its document."""
        search = NeedsSearch(self._contract, self._run, self.phases.__setitem__)
        needs = search.search(command="client", runs_before=2)
        assert len(self.ids) + 2 == needs.runs == search.runs + 2
        loaded = load_needs(needs_as_dict(needs, self._contract))
        assert loaded.properties == needs.properties
        return loaded

    def _run(self, ids: str) -> NeedsTrial:
        assert ids not in self.ids
        self.ids.append(ids)
        served: set[str] = set()
        mutants = [noting(mutant, served) for mutant in find_mutants(self._contract, ids)]
        body, _ = apply_to(self._body, mutants)
        return NeedsTrial(failure_of(self._client, body), frozenset(served))


def failure_of(client: Client, body: bytes) -> str | None:
    """Return why a client cannot read a response; ``None`` if it can."""
    try:
        client(orjson.loads(body))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        return type(error).__name__
    return None


def noting(mutant: Mutant, served: set[str]) -> Mutant:
    """Return a mutant that adds its id to a set once it changes something."""

    def noting_edit(edit: LeadsEdit) -> LeadsEdit:
        def edit_and_note(leads: Leads, note: Note) -> Leads:
            def note_id() -> None:
                served.add(mutant.id)
                note()

            return edit(leads, note_id)

        return edit_and_note

    return mutant._replace(edit_leads=mutant.edit_leads and noting_edit(mutant.edit_leads))


def reads(*keys: str) -> Client:
    """Return a client that only looks up some keys."""
    return lambda leads: [[lead[key] for key in keys] for lead in leads]


def required(needs: Needs) -> list[str]:
    """Return the keys that must be present."""
    return [key for key, each in needs.properties.items() if each.is_required]


def aspects(needs: Needs) -> dict[str, list[str]]:
    """Return what is relied on, by key."""
    return {key: [*each.why] for key, each in needs.properties.items()}


@settings(max_examples=10)
@given(st.sets(st.sampled_from(KEYS), max_size=5))
def test_finds_exactly_the_keys_that_are_read(keys: set[str]) -> None:
    """A client that looks up keys needs their presence, and nothing else of them."""
    needs = Runs(reads(*keys)).needs()

    assert [key for key in KEYS if key in keys] == required(needs)
    assert all({"presence": "KeyError"} == each.why for each in needs.properties.values())


@pytest.mark.slow
@settings(max_examples=10)
@given(st.lists(st.sets(st.sampled_from(KEYS), min_size=1, max_size=3), max_size=4))
def test_finds_a_minimal_set_of_alternatives(clauses: list[set[str]]) -> None:
    """A client that needs one of several keys passes with the required ones alone, and not without any of them."""

    def client(leads: Iterable[Mapping[str, Any]]) -> None:
        for lead in leads:
            for clause in clauses:
                if not clause & lead.keys():
                    raise LookupError

    found = required(Runs(client).needs())

    assert all(clause.intersection(found) for clause in clauses)
    for key in found:
        rest = set(found) - {key}
        assert not all(clause & rest for clause in clauses)


@pytest.mark.parametrize("keys", [("id", "lead_id", "list_id"), ("field_0", "field_34", "dial_status"), KEYS[-3:]])
def test_three_of_57_keys_take_at_most_30_runs(keys: Sequence[str]) -> None:
    """All confirmations are included; types, nulls and values of three keys take about as many again."""
    runs = Runs(reads(*keys))
    needs = runs.needs()

    assert (57, 3) == (len(KEYS), len(required(needs)))
    assert runs.phases["keys"] <= 30
    assert needs.runs <= 75


def test_search_is_deterministic() -> None:
    """The same client needs the same, after the same runs."""

    def client(leads: Iterable[Mapping[str, Any]]) -> None:
        for lead in leads:
            int(lead["lead_id"], 16) + lead["dial_status"]

    first, second = Runs(client), Runs(client)

    assert (first.needs(), first.ids) == (second.needs(), second.ids)


def test_distinguishes_what_is_relied_on() -> None:
    """Type, null and values of each key are relied on or not; the reason names the operator."""

    def client(leads: Iterable[Mapping[str, Any]]) -> None:
        for lead in leads:
            if lead["lead_id"] is None or lead["field_1"] is None:
                raise ValueError
            if not isinstance(lead["priority"], int | None):
                raise TypeError
            {1: "New", 3: "DTMF Pressed"}.get(lead["dial_status"])
            if lead["dial_status"] not in range(-1, 20):
                raise LookupError

    needs = Runs(client).needs()

    assert {
        "lead_id": ["presence", "null"],
        "field_1": ["presence", "null"],
        "dial_status": ["presence", "type", "null", "value"],
        "priority": ["presence", "type"],
    } == aspects(needs)
    assert "TypeError (retype-string)" == needs.properties["priority"].why["type"]
    assert "ValueError" == needs.properties["lead_id"].why["null"]


def test_type_of_a_key_that_may_be_missing() -> None:
    """A client that has a default for a key does not need it, and relies on its type if it is there."""
    needs = Runs(lambda leads: [lead.get("retry_count", 0) + 1 for lead in leads]).needs()

    assert [] == required(needs)
    assert {"type", "null"} <= needs.properties["retry_count"].why.keys()


def test_what_was_never_served_is_not_called_unneeded() -> None:
    """Where all leads have null, no run shows whether the client relies on the type of other values."""
    leads = [lead | {"skill_id": None} for lead in orjson.loads(body_of(CONTRACT))]
    runs = Runs(reads("skill_id", "priority"), body=orjson.dumps(leads))
    needs = runs.needs()

    assert {"type", "null"} <= set(needs.properties["skill_id"].untested)
    assert () == needs.properties["priority"].untested


def test_finds_keys_of_objects() -> None:
    """Of an object that is needed, only the keys that are read are."""
    contract = load_contract("documented")
    needs = Runs(lambda leads: [lead["dialer_skill"]["id"] + 1 for lead in leads], contract).needs()
    skill = needs.properties["dialer_skill"]

    assert ["dialer_skill"] == required(needs)
    assert ["id"] == [*skill.properties]
    assert {"presence", "type", "null"} <= skill.properties["id"].why.keys()


def test_key_of_an_object_that_was_never_served_may_be_needed() -> None:
    """Leads without the object say nothing about its keys."""
    leads = [lead | {"dialer_skill": None} for lead in orjson.loads(body_of(CONTRACT))]
    needs = Runs(reads("dialer_skill"), body=orjson.dumps(leads)).needs()
    below = needs.properties["dialer_skill"].properties

    assert ("presence", "type", "null", "value") == below["id"].untested


def test_client_that_rejects_unknown_keys() -> None:
    """Leads then have no other keys, with the reason."""
    known = {*KEYS, "field_1"}

    def client(leads: Iterable[Mapping[str, Any]]) -> None:
        for lead in leads:
            if not lead.keys() <= known:
                raise ValueError

    assert "ValueError" == Runs(client).needs().unknown_keys
    assert "" == Runs(reads("lead_id")).needs().unknown_keys


def test_property_of_an_overlay() -> None:
    """A property that an overlay adds is searched without code, and the document names the overlay by its digest."""
    properties = {"nick,name/x": {"type": "string"}, "score": {"type": "integer", "minimum": 1}}
    contract = load_contract("sample", {"properties": properties, "required": [*properties]})
    needs = Runs(lambda leads: [lead["nick,name/x"].strip() for lead in leads], contract).needs()

    assert ["nick,name/x"] == required(needs)
    assert {"type", "null"} <= needs.properties["nick,name/x"].why.keys()
    assert contract.overlay is not None
    assert contract.overlay.digest == needs.overlay


def test_two_changes_of_one_key_are_never_applied_together() -> None:
    """A run has at most one mutant of each key beside its removal, and none of a key inside a changed object."""
    runs = Runs(lambda leads: [lead["created_at"]["$date"]["$numberLong"].strip() for lead in leads])
    runs.needs()

    for ids in runs.ids:
        paths = [mutant_id.rpartition(":")[0] for mutant_id in ids.split(",")]
        assert len(paths) == len(set(paths))
        assert not [path for path in paths if path.rpartition("/")[0] in paths]


def careful(leads: Iterable[Mapping[str, Any]]) -> None:
    """Read leads as a client does that checks what it reads."""
    seen = set()
    for lead in leads:
        int(lead["lead_id"], 16)
        if lead["lead_id"] in seen or lead.get("retry_count", 0) + 1 > 1_000_000:
            raise ValueError
        seen.add(lead["lead_id"])
        orjson.loads(lead["header"])[0].upper()
        int(lead["created_at"]["$date"]["$numberLong"])
        if lead["dial_status"] not in range(-1, 20) or not lead["list_name"].strip():
            raise LookupError


@pytest.mark.fast_only(client=careful)
@pytest.mark.parametrize("client", [careful, reads("lead_id", "field_3"), reads()])
def test_what_breaks_the_client_stays_a_break(client: Client) -> None:
    """Of each change of a key with which the client fails, a break of the contract remains after the grading."""
    needs = Runs(client).needs()
    before = body_of(CONTRACT)
    kept = []
    for mutant in mutants_of(CONTRACT):
        body, _ = apply_to(before, [mutant])
        breaks = [finding for finding in CONTRACT.check(body) if finding.severity == "break"]
        if breaks and mutant.edit_body is None and failure_of(client, body) is not None:
            kept.append(mutant.id)
            graded = needs.grade(breaks)
            assert "break" == graded[0].severity, mutant.id

    assert bool(kept) == bool(needs.properties)


def test_change_of_what_is_not_needed_is_a_note() -> None:
    """A client that looks up one key is not broken by any change of the value of another one."""
    needs = Runs(reads("lead_id")).needs()
    (mutant,) = find_mutants(CONTRACT, "priority:remove")
    body, _ = apply_to(body_of(CONTRACT), [mutant])

    assert {"lead_id": PropertyNeeds(is_required=True, why={"presence": "KeyError"})} == needs.properties
    assert ["not-needed"] == [finding.severity for finding in needs.grade(CONTRACT.check(body))]

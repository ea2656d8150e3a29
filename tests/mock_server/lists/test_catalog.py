"""The lists that a fake begins with, and the ids that answer in a special way."""

from collections.abc import Callable
from contextlib import suppress

import pytest
import requests

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server import Config, FakeSmartflo, create_app
from smartflo_contract.mock_server.lists.configured_lists import configured_lists
from smartflo_contract.mock_server.lists.magic_ids import edge_case_rows, magic_rows, resolve_magic_id
from smartflo_contract.schemas import load_contract

Ask = Callable[..., requests.Response]
STATUSES = [400, 401, 403, 404, 422, 429, 500, 502, 503, 504]


def test_vendors_example() -> None:
    """List 8668 is the vendor's: nine columns, of which alternate phone, birth date and score are sensitive."""
    (vendors,) = [one for one in configured_lists(Config()) if one.id == 8668]

    assert (9, (5, 6, 7), "Dialer dynamic field list") == (len(vendors.columns), vendors.sensitive, vendors.name)


def test_other_lists_differ() -> None:
    """The default world has lists of at least four widths and sizes, narrower and wider than 35 fields."""
    world = configured_lists(Config())

    assert len(world) == len({len(one.columns) for one in world}) == len({one.size for one in world})
    assert len(world) >= 4
    assert min(len(one.columns) for one in world) < 7
    assert max(len(one.columns) for one in world) > 35


@pytest.mark.parametrize("definition", configured_lists(Config()), ids=lambda one: str(one.id))
@pytest.mark.parametrize("profile", ["sample", "documented", "lenient"])
def test_default_lists_keep_the_contract(definition: ListDefinition, profile: str, ask: Ask) -> None:
    """Every list of the default world is served in full, and valid in every profile."""
    with FakeSmartflo(Config(profile=profile)) as fake:
        leads = ask(f"/v1/broadcast/leads/{definition.id}", at=fake.url).json()

    assert definition.size == len(leads)
    assert load_contract(profile).is_valid(leads)


def test_configured_lists(ask: Ask) -> None:
    """A configured list is added to the default world; the same id replaces."""
    config = Config(
        lists=(ListDefinition(id=8668, size=2), ListDefinition(id=77, size=1), ListDefinition(id=900_000_503, size=4))
    )
    with FakeSmartflo(config) as fake:
        sizes = {
            id_: len(ask(f"/v1/broadcast/leads/{id_}", at=fake.url).json()) for id_ in (77, 8668, 8669, 900_000_503)
        }

    assert {77: 1, 8668: 2, 8669: 5, 900_000_503: 4} == sizes


def test_dial_statuses_of_a_list(ask: Ask) -> None:
    """The weights of a configured list decide what its leads have."""
    one = ListDefinition(id=77, size=50, dial_status={4: 1.0}, disposition={-9: 1})
    with FakeSmartflo(Config(lists=(one,))) as fake:
        leads = ask("/v1/broadcast/leads/77", at=fake.url).json()

    assert {(4, -9)} == {(lead["dial_status"], lead["dialer_dial_status"]) for lead in leads}


def test_label_of_a_magic_id_is_that_of_its_answer() -> None:
    """The table of magic ids says of each that answers what its answer says."""
    client = create_app().test_client()
    rows = [row for row in magic_rows() if row.ids.isdigit() and "`delay`" not in row.response]
    labels = {}
    for row in rows:
        for _ in range(2):  # the fault changing acts at the second read
            with suppress(ConnectionResetError):
                answer = client.get(f"/v1/broadcast/leads/{row.ids}", headers={"Authorization": "x"})
                labels[row.ids] = answer.headers["X-Smartflo-Fake-Evidence"]

    assert {row.ids: row.evidence for row in rows if row.ids in labels} == labels
    assert len(rows) - 1 == len(labels)


def test_empty_list(ask: Ask) -> None:
    """Id 900000000 is an empty list; that Smartflo answers so is assumed."""
    answer = ask("/v1/broadcast/leads/900000000")

    assert (200, b"[]", "assumed") == (
        answer.status_code,
        answer.content,
        answer.headers["X-Smartflo-Fake-Evidence"],
    )


@pytest.mark.parametrize("status", STATUSES)
def test_status(status: int, ask: Ask) -> None:
    """Id 900000000 + status answers with the status, a body of the vendor's shapes, and says why."""
    answer = ask(f"/v1/broadcast/leads/{900_000_000 + status}")
    schema = load_contract().schema("error")

    assert status == answer.status_code
    assert is_valid(schema, answer.json())
    assert f"always answers {status}" in answer.headers["X-Smartflo-Fake-Reason"]


def is_valid(schema: dict[str, object], body: object) -> bool:
    """Whether the reference validator accepts a body."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only here

    return bool(Draft202012Validator(schema).is_valid(body))


def test_rate_limit_body_is_the_documented_one(ask: Ask) -> None:
    """The body of 429 is as documented: success is text."""
    answer = ask("/v1/broadcast/leads/900000429")

    assert {"success": "false", "message": "Too many requests."} == answer.json()
    assert answer.headers["X-Smartflo-Fake-Evidence"] == "documented"


@pytest.mark.parametrize("size", [1, 2, 64, 65, 1000])
def test_list_of_any_size(size: int, ask: Ask) -> None:
    """Id 910000000 + N is a list of N leads."""
    leads = ask(f"/v1/broadcast/leads/{910_000_000 + size}").json()

    assert size == len(leads)
    assert load_contract().is_valid(leads)


@pytest.mark.parametrize("list_id", [899_999_999, 900_000_001, 900_000_200, 910_000_000, 920_000_000, 921_000_000])
def test_ids_beside_the_magic_ones(list_id: int) -> None:
    """Ids beside the magic ones are ordinary."""
    assert resolve_magic_id(list_id) is None


def test_table_of_magic_ids_is_complete() -> None:
    """The table for people has a row for the empty list, for each status, size, fault and edge case."""
    rows = magic_rows()

    assert [
        "900000000",
        *(str(900_000_000 + status) for status in STATUSES),
        "910000001 to 919999999",
        *(str(930_000_000 + number) for number in range(1, 11)),
        *(row.ids for row in edge_case_rows()),
    ] == [row.ids for row in rows]

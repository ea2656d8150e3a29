"""The edge cases as lists: each has a magic id, at which its leads are served as they are."""

import json
import subprocess
import sys
from collections.abc import Callable
from zlib import crc32

import pytest
import requests

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.mock_server import Config, FakeSmartflo
from smartflo_contract.mock_server.http.evidence import weakest_evidence
from smartflo_contract.mock_server.lists.configured_lists import configured_lists
from smartflo_contract.mock_server.lists.fixed_leads import FixedLeads
from smartflo_contract.mock_server.lists.magic_ids import edge_case_rows, resolve_magic_id

Ask = Callable[..., requests.Response]
IDS = {name: 920_000_000 + crc32(name.encode()) % 1_000_000 for name in EDGE_CASES}
EVIDENCE = "X-Smartflo-Fake-Evidence"


def path(name: str) -> str:
    """Return the path of an edge case's leads."""
    return f"/v1/broadcast/leads/{IDS[name]}"


def written(name: str) -> bytes:
    """Return the leads of an edge case as compact JSON."""
    return json.dumps(EDGE_CASES[name].leads, ensure_ascii=False, separators=(",", ":")).encode()


def test_ids_are_all_different() -> None:
    """Each case has an id of its own, outside the other magic ranges and the lists that are there."""
    others = {one.id for one in configured_lists(Config())}

    assert len(EDGE_CASES) == len(set(IDS.values()) - others)
    assert [] == [id_ for id_ in IDS.values() if not 920_000_000 <= id_ <= 920_999_999]


def test_id_follows_from_the_name() -> None:
    """The id is a function of the case's name alone, so a new case moves no other."""
    assert dict(EDGE_CASES) == {name: resolve_magic_id(id_) for name, id_ in IDS.items()}


def test_row_for_people() -> None:
    """The table for people names every case, says why it bites, and how well it is known."""
    rows = {row.ids: row for row in edge_case_rows()}
    row = rows[str(IDS["header-empty"])]

    assert len(EDGE_CASES) == len(rows)
    assert "200 and the edge case `header-empty`: No column has a name, and fields hold values all the same." == (
        row.response
    )
    assert "assumed" == row.evidence


def test_every_case_is_served(ask: Ask) -> None:
    """Every case is answered by 200 and exactly its leads, as compact JSON in UTF-8, twice the same."""
    wrong = []
    for name in EDGE_CASES:
        first, second = ask(path(name)), ask(path(name))
        if not (first.status_code == 200 and written(name) == first.content == second.content):
            wrong.append(name)

    assert [] == wrong


@pytest.mark.parametrize(
    "config",
    [
        Config(profile="documented"),
        Config(profile="lenient", seed=7, phones="valid"),
        Config(overlay={"properties": {"vip": {"const": 1}}, "required": ["vip"]}),
    ],
    ids=["documented", "lenient", "overlay"],
)
@pytest.mark.parametrize("name", ["documented-types", "fields-null", "leads-of-two-lists"])
def test_no_setting_changes_them(config: Config, name: str, ask: Ask) -> None:
    """Neither profile, overlay, seed nor phones change the leads of a case."""
    with FakeSmartflo(config) as fake:
        content = ask(path(name), at=fake.url).content

    assert written(name) == content


@pytest.mark.parametrize(
    ("name", "evidence"),
    [
        ("header-36-columns", "documented"),
        ("fields-null", "sample"),
        ("list-empty", "assumed"),
        ("fields-last-only", "observed"),
        ("header-empty", "assumed"),
        ("key-missing", "sample"),
        ("retry-count-as-text", "assumed"),
    ],
)
def test_evidence(name: str, evidence: str, ask: Ask) -> None:
    """A case is as well known as the least known of its sources."""
    assert evidence == ask(path(name)).headers[EVIDENCE]


def test_order_of_labels() -> None:
    """What the vendor documents is known best, then its sample, then public code, then what we assume."""
    labels = ["documented", "sample", "observed", "assumed"]

    assert labels == [weakest_evidence(labels[: count + 1]) for count in range(4)]


def test_entity_tags(ask: Ask) -> None:
    """Every case has a tag of its own, and a client that has it gets 304."""
    tags = {name: ask(path(name), "HEAD").headers["ETag"] for name in EDGE_CASES}
    unchanged = ask(path("text-emoji"), If_None_Match=tags["text-emoji"])

    assert len(EDGE_CASES) == len(set(tags.values()))
    assert (304, b"") == (unchanged.status_code, unchanged.content)


def test_head(ask: Ask) -> None:
    """HEAD has the headers of GET and no body."""
    got = ask(path("header-devanagari"))
    head = ask(path("header-devanagari"), "HEAD")

    changing = {"Date": "", "X-Smartflo-Fake-Request": ""}
    assert (b"", dict(got.headers) | changing) == (head.content, dict(head.headers) | changing)


@pytest.mark.parametrize("number", ["5550000042", "%2B915550000042", "0 55500 00042"])
@pytest.mark.parametrize("name", ["phone-in-two-forms", "phone-91-without-plus", "phone-spaces", "phone-dashes"])
def test_number(number: str, name: str, ask: Ask) -> None:
    """The filter compares the last ten digits, however the case writes its number."""
    answer = ask(f"{path(name)}?number={number}")

    assert (written(name), "assumed") == (answer.content, answer.headers[EVIDENCE])


def test_number_of_one_lead(ask: Ask) -> None:
    """A number that only one lead of a case has keeps that lead."""
    leads = ask(f"{path('id-twice')}?number=5550000043").json()

    assert EDGE_CASES["id-twice"].leads[1:] == leads


@pytest.mark.parametrize("name", ["phone-empty", "phone-no-number", "list-empty"])
@pytest.mark.parametrize("number", ["", "5550000042"])
def test_number_that_nobody_has(number: str, name: str, ask: Ask) -> None:
    """A lead without a number is found by none, not even by an empty one."""
    assert b"[]" == ask(f"{path(name)}?number={number}").content


def test_lead_without_the_field_of_the_number() -> None:
    """Given leads may hold anything, or nothing, where the number stands."""
    leads = [{}, {"field_0": None}, {"field_0": 5550000042}, {"field_0": "+915550000042"}]

    assert [2, 3] == FixedLeads(leads).matching("5550000042")  # type: ignore[arg-type]


def test_table_waits_until_it_is_asked_for() -> None:
    """A fake starts, and serves other lists, without making the table of edge cases."""
    code = (
        "import sys; from smartflo_contract.mock_server import Config, create_app;"
        "get = create_app(Config(auth='off')).test_client().get;"
        "ids = (8668, 900000503, 910000001, 921000000, 920000000);"
        "rows = 'smartflo_contract.factories._edge_case_rows';"
        "print([get(f'/v1/broadcast/leads/{id_}').status_code and rows in sys.modules for id_ in ids])"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert "[False, False, False, False, True]" == run.stdout.strip()

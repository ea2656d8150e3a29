"""Magic list ids of the edge cases: each returns the leads of a case unchanged."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from zlib import crc32

import pytest
import requests
from flask.testing import FlaskClient

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mock_server.lists.configured_lists import configured_lists
from smartflo_contract.mock_server.lists.fixed_leads import FixedLeads
from smartflo_contract.mock_server.lists.magic_ids import edge_case_rows, resolve_magic_id

Send = Callable[..., requests.Response]
IDS = {name: 920_000_000 + crc32(name.encode()) % 1_000_000 for name in EDGE_CASES}
EVIDENCE = "X-Smartflo-Fake-Evidence"
HEADERS = {"Authorization": "x"}
CONFIGS = {
    "documented": Config(profile="documented"),
    "lenient": Config(profile="lenient", seed=7, phones="valid"),
    "overlay": Config(overlay={"properties": {"vip": {"const": 1}}, "required": ["vip"]}),
}


def path(name: str) -> str:
    """Return the path of an edge case's leads."""
    return f"/v1/broadcast/leads/{IDS[name]}"


def encoded(name: str) -> bytes:
    """Return the leads of an edge case as compact JSON."""
    return json.dumps(EDGE_CASES[name].leads, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def client_of(config: str) -> FlaskClient:
    """Return a client of a fake with other settings."""
    return create_app(CONFIGS[config]).test_client()


def test_ids_are_unique() -> None:
    """Each case has its own id, outside the other magic ranges and the default lists."""
    other_ids = {definition.id for definition in configured_lists(Config())}

    assert len(EDGE_CASES) == len(set(IDS.values()) - other_ids)
    assert [] == [list_id for list_id in IDS.values() if not 920_000_000 <= list_id <= 920_999_999]


def test_id_depends_on_name_alone() -> None:
    """A new case moves no other."""
    assert dict(EDGE_CASES) == {name: resolve_magic_id(list_id) for name, list_id in IDS.items()}


def test_table_describes_every_case() -> None:
    """The table states the name of each case, what is special about it, and its evidence."""
    rows = {row.ids: row for row in edge_case_rows()}
    row = rows[str(IDS["header-empty"])]

    assert len(EDGE_CASES) == len(rows)
    assert f"200 and the edge case `header-empty`: {EDGE_CASES['header-empty'].why}" == row.response
    assert "assumed" == row.evidence


def test_returns_leads_of_every_case(default_client: FlaskClient, account: dict[str, str]) -> None:
    """Every response has status 200 and exactly the leads of the case, as compact JSON in UTF-8."""
    answers = {name: default_client.get(path(name), headers=account) for name in EDGE_CASES}

    assert [] == [name for name, answer in answers.items() if (200, encoded(name)) != (answer.status_code, answer.data)]


def test_returns_the_same_bytes_over_a_socket(send: Send) -> None:
    """A second read returns the bytes of the first."""
    for name in ("text-emoji", "list-empty", "header-36-columns"):
        assert encoded(name) == send(path(name)).content == send(path(name)).content


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("name", ["documented-types", "fields-null", "leads-of-two-lists"])
def test_settings_do_not_change_leads(config: str, name: str) -> None:
    """Profile, overlay, seed and phones have no effect on the leads of a case."""
    assert encoded(name) == client_of(config).get(path(name), headers=HEADERS).data


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
def test_evidence_is_weakest_of_case(name: str, evidence: str, default_client: FlaskClient) -> None:
    """The evidence of a response is the weakest among the sources of its case."""
    assert evidence == default_client.get(path(name), headers=HEADERS).headers[EVIDENCE]


def test_entity_tags_are_unique(default_client: FlaskClient) -> None:
    """Every case has its own entity tag, and a client that has it receives 304."""
    tags = {name: default_client.head(path(name), headers=HEADERS).headers["ETag"] for name in EDGE_CASES}
    unchanged = default_client.get(path("text-emoji"), headers=HEADERS | {"If-None-Match": tags["text-emoji"]})

    assert len(EDGE_CASES) == len(set(tags.values()))
    assert (304, b"") == (unchanged.status_code, unchanged.data)


def test_head_has_headers_of_get(send: Send) -> None:
    """HEAD returns the headers of GET and no body."""
    get = send(path("header-devanagari"))
    head = send(path("header-devanagari"), "HEAD")

    varying = {"Date": "", "X-Smartflo-Fake-Request": ""}
    assert (b"", dict(get.headers) | varying) == (head.content, dict(head.headers) | varying)


@pytest.mark.parametrize("number", ["5550000042", "%2B915550000042", "0 55500 00042"])
@pytest.mark.parametrize("name", ["phone-in-two-forms", "phone-91-without-plus", "phone-spaces", "phone-dashes"])
def test_number_filter_compares_last_ten_digits(number: str, name: str, default_client: FlaskClient) -> None:
    """The filter finds a number in any form."""
    answer = default_client.get(f"{path(name)}?number={number}", headers=HEADERS)

    assert (encoded(name), "assumed") == (answer.data, answer.headers[EVIDENCE])


def test_number_filter_returns_matching_leads_only(default_client: FlaskClient) -> None:
    """A number that one lead of a case has returns that lead."""
    leads = default_client.get(f"{path('id-twice')}?number=5550000043", headers=HEADERS).get_json()

    assert EDGE_CASES["id-twice"].leads[1:] == leads


@pytest.mark.parametrize("name", ["phone-empty", "phone-no-number", "list-empty"])
@pytest.mark.parametrize("number", ["", "5550000042"])
def test_number_filter_ignores_leads_without_number(number: str, name: str, default_client: FlaskClient) -> None:
    """No number matches a lead without a number, not even an empty one."""
    assert b"[]" == default_client.get(f"{path(name)}?number={number}", headers=HEADERS).data


def test_number_filter_accepts_any_value_of_the_field() -> None:
    """The field of the number may be missing, or hold a value of any type."""
    leads = [{}, {"field_0": None}, {"field_0": 5550000042}, {"field_0": "+915550000042"}]

    assert [2, 3] == FixedLeads(leads).matching("5550000042")  # type: ignore[arg-type]


@pytest.mark.slow
def test_table_is_built_on_first_use() -> None:
    """A fake starts and returns other lists without building the table of edge cases."""
    code = (
        "import sys; from smartflo_contract.mock_server import Config, create_app;"
        "get = create_app(Config(auth='off')).test_client().get;"
        "ids = (8668, 900000503, 910000001, 921000000, 920000000);"
        "rows = 'smartflo_contract.factories._edge_case_rows';"
        "print([get(f'/v1/broadcast/leads/{id_}').status_code and rows in sys.modules for id_ in ids])"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert "[False, False, False, False, True]" == run.stdout.strip()

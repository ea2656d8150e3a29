"""Reads of lead lists: bodies, evidence, filters, entity tags, caching and streaming.

Tests of a fake with default settings run twice: cached lists are answered before Flask, or Flask handles all requests.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
import requests

from smartflo_contract.factories import LeadWriter
from smartflo_contract.mock_server import FakeSmartflo, create_app
from smartflo_contract.mock_server.api.read_leads import matches_etag
from smartflo_contract.schemas import load_contract

from ..conftest import Reason, Send  # noqa: TID252 - test folders are no packages
from .conftest import LEADS, VENDORS, Account, account_of, let_flask_answer

EVIDENCE = "X-Smartflo-Fake-Evidence"


@pytest.fixture(name="fake", scope="module", params=["cached_reads", "flask"])
def _fake(request: pytest.FixtureRequest) -> Iterator[FakeSmartflo]:
    """Yield a running fake that answers cached reads before Flask, or not."""
    with FakeSmartflo() as fake:
        if request.param == "flask":
            let_flask_answer(fake.app)
        yield fake


@pytest.fixture(name="api")
def _api(fake: FakeSmartflo) -> Account:
    """Return a new account of the fake, for requests in process."""
    return Account(fake.app.test_client())


@pytest.fixture(name="generated")
def _generated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by a list id with each generated body."""
    generated: list[int] = []
    chunks = LeadWriter.chunks

    def counted(self: LeadWriter, indexes: Any = None) -> Iterator[bytes]:
        generated.append(self.definition.id)
        return chunks(self, indexes)

    monkeypatch.setattr(LeadWriter, "chunks", counted)
    return generated


# Bodies


def test_returns_valid_leads_for_documented_request(send: Send) -> None:
    """The vendor's example request, with a token, returns leads that are valid under the contract."""
    response = send(VENDORS, accept="application/json")

    assert (200, "application/json") == (response.status_code, response.headers["Content-Type"])
    assert len(response.json()) == 25
    assert load_contract().is_valid(response.content)


def test_sends_content_length_and_neither_reason_nor_cors(send: Send) -> None:
    """A success has a length, no reason, and no header that lets browsers read it."""
    response = send(VENDORS, Origin="http://example.com")

    assert str(len(response.content)) == response.headers["Content-Length"]
    assert "X-Smartflo-Fake-Reason" not in response.headers
    assert not [name for name in response.headers if name.startswith("Access-")]


def test_accepts_trailing_slash_without_redirect(send: Send) -> None:
    """With a trailing slash, the response is the same."""
    assert send(VENDORS).content == send(f"{VENDORS}/").content


def test_double_slash_is_another_path(send: Send) -> None:
    """A double slash in a path is 404, not a redirect."""
    assert send("/v1//broadcast/leads/8668").status_code == 404


def test_ignores_undocumented_parameters(api: Account) -> None:
    """The vendor documents no paging."""
    assert api("GET", VENDORS).data == api("GET", f"{VENDORS}?page=2&limit=1&=&&").data


@pytest.mark.parametrize(
    ("settings", "evidence"),
    [
        ({"profile": "sample"}, "sample"),
        ({"profile": "documented"}, "documented"),
        ({"profile": "lenient"}, "assumed"),
        ({"overlay": {"properties": {"vip": {"const": 1}}}}, "assumed"),
    ],
)
def test_evidence_follows_profile(settings: dict[str, Any], evidence: str) -> None:
    """Leads have the evidence of their profile; mixed readings and overlays are assumed."""
    assert evidence == account_of(**settings)("GET", VENDORS).headers[EVIDENCE]


def test_leads_have_properties_of_overlay() -> None:
    """A property that an overlay adds is in every lead."""
    api = account_of(overlay={"properties": {"vip": {"const": 1}}, "required": ["vip"]})

    assert {1} == {lead["vip"] for lead in api.leads()}


def test_seed_determines_leads() -> None:
    """The same seed returns the same bytes, and another seed different ones."""
    first, same, other = (
        account_of(seed=seed, auth=auth)("GET", VENDORS).data for seed, auth in ((1, "on"), (1, "off"), (2, "off"))
    )

    assert first == same != other


# Filter by number


@pytest.mark.parametrize("form", ["{}", "+91{}", "0{}", "91{}", "{:.5} {:.0}"])
def test_filters_by_last_ten_digits(form: str, api: Account) -> None:
    """Any form of a number finds its lead; how the vendor compares is assumed."""
    lead = api.leads()[3]
    digits = lead["field_0"].removeprefix("+91")
    form = form if "." not in form else f"{digits[:5]} {digits[5:]}"
    response = api("GET", f"{VENDORS}?number={form.format(digits).replace('+', '%2B')}")

    assert [lead] == response.get_json()
    assert response.headers[EVIDENCE] == "assumed"


@pytest.mark.parametrize("number", ["", "x", "12345", "%FF", "%00", "%D9%A1" * 10, "9" * 9, "x" * 5_000])
def test_explains_invalid_number(number: str, send: Send, reason: Reason) -> None:
    """A number with fewer than ten digits matches no lead, and the reason says so."""
    response = send(f"{VENDORS}?number={number}")

    assert (200, []) == (response.status_code, response.json())
    assert reason(response).endswith("has fewer than ten digits, so it matches no lead")


def test_unknown_number_matches_no_lead(api: Account) -> None:
    """A number that no lead has is an empty list."""
    assert api("GET", f"{VENDORS}?number=9999999999").get_json() == []


def test_filters_large_list_without_generating_it(api: Account) -> None:
    """A list with more leads than there are phone numbers has several leads with one number."""
    leads = api("GET", f"{LEADS}/912500000?number=5550000000").get_json()

    assert len(leads) in {2, 3}
    assert {"+915550000000"} == {lead["field_0"] for lead in leads}


# Entity tags and HEAD


def test_unchanged_list_is_304(send: Send) -> None:
    """A client that has the current list gets 304 without a body."""
    etag = send(VENDORS).headers["ETag"]
    response = send(VENDORS, If_None_Match=etag)

    assert (304, b"", etag) == (response.status_code, response.content, response.headers["ETag"])
    assert "Content-Length" not in response.headers
    assert response.headers[EVIDENCE] == "assumed"


def test_entity_tags_differ_by_body(api: Account) -> None:
    """Lists, seeds, profiles and filters have different tags."""
    responses = [
        api("GET", VENDORS),
        api("GET", f"{LEADS}/8669"),
        api("GET", f"{VENDORS}?number=9999999999"),
        account_of(seed=5)("GET", VENDORS),
        account_of(profile="documented")("GET", VENDORS),
    ]

    assert len(responses) == len({response.headers["ETag"] for response in responses})


@pytest.mark.parametrize("header", ['"x"', 'W/"x"', '"a", "x"', '"a",W/"x"', "*", ' "x" '])
def test_matching_entity_tags(header: str) -> None:
    """A tag matches itself, weak or in a list; ``*`` matches all."""
    assert matches_etag(header, '"x"')


@pytest.mark.parametrize("header", [None, "", "x", '"X"', '"a", "b"', '"xx"', "W/", ","])
def test_other_entity_tags(header: str | None) -> None:
    """Another tag, or none, does not match."""
    assert not matches_etag(header, '"x"')


@pytest.mark.parametrize("list_id", [911_000_000, 910_000_777])
def test_head_and_304_generate_no_lead(list_id: int, api: Account, generated: list[int]) -> None:
    """Neither a short list nor a long one is generated without a reader."""
    path = f"{LEADS}/{list_id}"
    head = api("HEAD", path)
    unchanged = api("GET", path, If_None_Match=head.headers["ETag"])

    assert (200, 304, []) == (head.status_code, unchanged.status_code, generated)
    assert "Content-Length" not in head.headers


def test_304_of_a_short_list_generates_no_lead(generated: list[int]) -> None:
    """A client that has the body of an earlier run gets 304 before anybody has read the list."""
    earlier, later = (Account(create_app().test_client()) for _ in range(2))
    etag = earlier("GET", f"{LEADS}/910000003").headers["ETag"]
    unchanged = later("GET", f"{LEADS}/910000003", If_None_Match=etag)

    assert (304, [910_000_003]) == (unchanged.status_code, generated)


def test_filtered_list_has_head_and_304(send: Send) -> None:
    """A filtered list has an entity tag too."""
    path = f"{VENDORS}?number=9999999999"
    head = send(path, "HEAD")
    unchanged = send(path, If_None_Match=head.headers["ETag"])

    assert (200, b"", 304) == (head.status_code, head.content, unchanged.status_code)


def test_head_of_cached_list_has_headers_of_get(send: Send) -> None:
    """The length of a cached list is known."""
    response = send(VENDORS)
    head = send(VENDORS, "HEAD")

    volatile = {"Date": "", "X-Smartflo-Fake-Request": ""}
    assert (b"", dict(response.headers) | volatile) == (head.content, dict(head.headers) | volatile)


def test_head_of_error_has_status_of_get(send: Send) -> None:
    """HEAD of an unknown list is 404, and 401 without a token."""
    assert [send(f"{LEADS}/1", "HEAD").status_code, send(VENDORS, "HEAD", token=None).status_code] == [404, 401]


# Caching and streaming


def test_generates_body_once_for_all_accounts(api: Account, generated: list[int]) -> None:
    """The second read of a list comes from the cache, even for another account."""
    path = f"{LEADS}/910000333"
    first = api("GET", path).data
    count = len(generated)
    second = Account(api.client)("GET", path).data

    assert first == second
    assert len(generated) == count


def test_streams_long_list_without_content_length(fake: FakeSmartflo) -> None:
    """A list of a million leads starts immediately and comes in chunks."""
    url, headers = f"{fake.url}{LEADS}/911000000", {"Authorization": "x"}
    with requests.get(url, headers=headers, stream=True, timeout=30) as response:
        beginning = b"".join(islice(response.iter_content(50_000), 4))

    assert "Content-Length" not in response.headers
    assert response.headers["Transfer-Encoding"] == "chunked"
    lead = re.match(rb"\[(\{.*?\}),\{\"id\":", beginning)
    assert lead is not None
    assert json.loads(lead[1])["list_id"] == 911_000_000


def test_unexpected_error_has_vendor_shape(
    send: Send, reason: Reason, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error while leads are generated is 500 in JSON, even for a long list: its first chunk precedes the status."""

    def fail(_self: LeadWriter, _indexes: Any = None) -> Iterator[bytes]:
        yield from ()
        message = "broken\non purpose"
        raise RuntimeError(message)

    with FakeSmartflo() as fake:
        send(f"{LEADS}/911000000", base_url=fake.url, If_None_Match="*")
        monkeypatch.setattr(LeadWriter, "chunks", fail)
        responses = [send(f"{LEADS}/{list_id}", base_url=fake.url) for list_id in (8668, 911_000_000)]

    for response in responses:
        assert (500, {"success": False, "message": "Internal server error."}) == (response.status_code, response.json())
        assert "RuntimeError: broken\non purpose" in reason(response)
    assert "unexpected error at GET /v1/broadcast/leads/8668" in caplog.text

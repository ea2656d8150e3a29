"""Whole lists in gzip, with the quirk ``content_encoding``."""

import gzip
from typing import Any

import pytest
from werkzeug.test import TestResponse

from smartflo_contract.mock_server.lists import body_cache

from .conftest import LEADS, VENDORS, Account, account_of

GZIP = {"Accept-Encoding": "gzip, deflate"}
EVIDENCE = "X-Smartflo-Fake-Evidence"


@pytest.fixture(name="api", params=[{}, {"verbose": True}], ids=["cached_reads", "flask"])
def _api(request: pytest.FixtureRequest) -> Account:
    """Return a new account of a fake that compresses; with a verbose log, Flask handles all of its requests."""
    return account_of(quirks={"content_encoding": "gzip"}, **request.param)


def headers_of(response: TestResponse, *names: str) -> list[str | None]:
    """Return some headers of a response."""
    return [response.headers.get(name) for name in names]


def test_compresses_nothing_by_default() -> None:
    """Lengths and bytes of a fake with default settings do not depend on what a client accepts."""
    api = account_of()
    responses = [api("GET", VENDORS, **headers) for headers in ({}, GZIP)]

    assert responses[0].data == responses[1].data
    assert [None, None] == headers_of(responses[1], "Content-Encoding", "Vary")


def test_compresses_for_clients_that_accept_gzip(api: Account) -> None:
    """The bytes are the same in gzip, the same at each read, and described by the headers."""
    plain = api("GET", VENDORS)
    first, second = api("GET", VENDORS, **GZIP), api("GET", VENDORS, **GZIP)

    assert plain.data == gzip.decompress(first.data)
    assert first.data == second.data
    assert len(first.data) < len(plain.data) / 3
    names = "Content-Encoding", "Content-Length", "Vary", EVIDENCE
    assert [None, str(len(plain.data)), "Accept-Encoding", "sample"] == headers_of(plain, *names)
    for response in (first, second):
        assert ["gzip", str(len(first.data)), "Accept-Encoding", "assumed"] == headers_of(response, *names)


def test_head_has_headers_of_get(api: Account) -> None:
    """HEAD describes the body that GET would return."""
    response = api("GET", VENDORS, **GZIP)
    head = api("HEAD", VENDORS, **GZIP)

    volatile = {"X-Smartflo-Fake-Request": ""}
    assert (b"", dict(response.headers) | volatile) == (head.data, dict(head.headers) | volatile)


def test_each_form_has_its_own_entity_tag(api: Account) -> None:
    """A client gets 304 for the form that it would get, and not for the other one, whose bytes differ."""
    plain, compressed = api("GET", VENDORS).headers["ETag"], api("GET", VENDORS, **GZIP).headers["ETag"]
    statuses = {
        (tag, bool(headers)): api("GET", VENDORS, If_None_Match=tag, **headers).status_code
        for tag in (plain, compressed)
        for headers in ({}, GZIP)
    }
    unchanged = api("GET", VENDORS, If_None_Match=compressed, **GZIP)

    assert {(plain, False): 304, (plain, True): 200, (compressed, False): 200, (compressed, True): 304} == statuses
    assert [compressed, "Accept-Encoding", None] == headers_of(unchanged, "ETag", "Vary", "Content-Encoding")


def test_compresses_empty_and_edited_lists(api: Account) -> None:
    """Lists of any kind are compressed if their body is in memory."""
    lead_id = api.leads()[0]["lead_id"]
    api.succeed("DELETE", f"/v1/broadcast/lead/{lead_id}")

    for path, size in ((f"{LEADS}/900000000", 2), (VENDORS, len(api("GET", VENDORS).data))):
        assert size == len(gzip.decompress(api("GET", path, **GZIP).data))


def test_compresses_once_for_all_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compressed body is cached like the other one."""
    sizes: list[int] = []
    compress = gzip.compress

    def counted(body: bytes, *arguments: Any, **options: Any) -> bytes:
        sizes.append(len(body))
        return compress(body, *arguments, **options)

    monkeypatch.setattr(gzip, "compress", counted)
    api = account_of(quirks={"content_encoding": "gzip"}, seed=3)
    for account in (api, api, Account(api.client)):
        account("GET", VENDORS, **GZIP)

    assert 1 == len(sizes)


def test_streams_large_list_uncompressed(api: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that is never in memory as a whole is not compressed."""
    monkeypatch.setattr(body_cache, "MAX_WHOLE_BODY_BYTES", 100_000)
    response = api("GET", f"{LEADS}/910000300", **GZIP)

    assert [None, "Accept-Encoding"] == headers_of(response, "Content-Encoding", "Vary")
    assert response.data.startswith(b'[{"id":')


@pytest.mark.parametrize(
    ("path", "body"),
    [("faults", {"rules": [{"steps": ["ok", "dangling_comma"]}]}), ("mutant", {"mutant": "lead_id:remove"})],
)
def test_faults_and_mutants_change_uncompressed_bytes(path: str, body: object, api: Account) -> None:
    """While an account has fault rules or a mutant, its responses are not compressed."""
    assert api("PUT", f"/__admin/{path}", body).status_code == 200

    for _ in range(2):
        response = api("GET", VENDORS, **GZIP)
        assert [None] == headers_of(response, "Content-Encoding")
        assert response.data.startswith(b"[{")


def test_fault_id_is_not_compressed(api: Account) -> None:
    """The fault of a magic id changes uncompressed bytes as well."""
    response = api("GET", f"{LEADS}/930000005", **GZIP)

    assert (b"[{", b"},") == (response.data[:2], response.data[-2:])
    assert [None] == headers_of(response, "Content-Encoding")


def test_filtered_list_is_not_compressed(api: Account) -> None:
    """The few leads with a phone number have one form only."""
    response = api("GET", f"{VENDORS}?number=5550000001", **GZIP)

    assert [None, None] == headers_of(response, "Content-Encoding", "Vary")

"""What a client receives under each fault: over a socket under both servers, and in process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from urllib.parse import unquote, urlsplit

import pytest
import requests
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, FakeSmartflo, Fault, create_app
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.lists import body_cache
from smartflo_contract.mock_server.lists.magic_ids import FAULT_IDS
from smartflo_contract.schemas import load_contract

from .conftest import EMPTY, VENDORS, Request, SetFaults

LEADS = "/v1/broadcast/leads"
ADD_LEAD = "/v1/broadcast/lead/8668"
LEAD = {"field_0": "5550000042"}
BY_FAULT = {name: f"{LEADS}/{list_id}" for list_id, name in FAULT_IDS.items()}
EVIDENCE, REASON, FAULT = (f"X-Smartflo-Fake-{name}" for name in ("Evidence", "Reason", "Fault"))


@pytest.fixture(name="granian_url", scope="module")
def _granian_url() -> Iterator[str]:
    """Return the URL of a fake that the command `serve` runs."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SMARTFLO_")}
    command = [sys.executable, "-m", "smartflo_contract", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        yield process.stdout.readline().strip()
        process.terminate()
        assert "Traceback" not in process.stderr.read()


@pytest.fixture(name="url", params=["Granian", "FakeSmartflo"])
def _url(request: pytest.FixtureRequest, fake: FakeSmartflo) -> str:
    """Return the URL of a fake under either server."""
    return str(request.getfixturevalue("granian_url")) if request.param == "Granian" else fake.url


def connect(url: str) -> HTTPConnection:
    """Return a connection that neither retries nor follows redirects."""
    parts = urlsplit(url)
    return HTTPConnection(parts.hostname or "", parts.port, timeout=30)


# Over a socket


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reset_closes_connection_without_response(method: str, url: str, account: dict[str, str]) -> None:
    """The connection closes each time, and the server goes on."""
    for _ in range(3):
        connection = connect(url)
        connection.request(method, BY_FAULT["reset"], headers=account)
        with pytest.raises(RemoteDisconnected):
            connection.getresponse()
        connection.close()

    assert requests.get(url + VENDORS, headers=account, timeout=30).status_code == 200


def test_reset_after_handles_request(url: str, account: dict[str, str]) -> None:
    """The lead is added although the connection closes without a response; the journal shows that."""
    rule = {"steps": ["reset_after"], "route": "POST /v1/broadcast/lead/{id}"}
    requests.put(f"{url}/__admin/faults", json={"rules": [rule]}, headers=account, timeout=30).raise_for_status()
    with pytest.raises(requests.ConnectionError, match="without response"):
        requests.post(url + ADD_LEAD, json=LEAD, headers=account, timeout=30)
    leads = requests.get(url + VENDORS, headers=account, timeout=30).json()
    (entry, _) = requests.get(f"{url}/__admin/requests", headers=account, timeout=30).json()["requests"]

    assert 26 == len(leads)
    assert ("reset_after", None) == (entry["response"]["fault"], entry["response"]["status"])


def test_cut_ends_body_early(url: str, account: dict[str, str]) -> None:
    """Fewer bytes arrive than Content-Length states."""
    connection = connect(url)
    connection.request("GET", BY_FAULT["cut"], headers=account)
    response = connection.getresponse()
    with pytest.raises(IncompleteRead) as error:
        response.read()
    connection.close()

    assert response.status == 200
    assert 0 < len(error.value.partial) < int(response.headers["Content-Length"])
    assert error.value.partial.startswith(b'[{"id":')


@pytest.mark.parametrize("name", sorted(BY_FAULT.keys() - {"cut", "delay", "reset"}))
def test_bodies_are_the_same_over_a_socket(name: str, url: str, default_client: FlaskClient) -> None:
    """A fault that changes the body sends the same bytes under both servers and in process."""
    account = {"Authorization": f"{name} {url}"}
    over_socket = [requests.get(url + BY_FAULT[name], headers=account, timeout=30) for _ in range(2)]
    in_process = [default_client.get(BY_FAULT[name], headers=account) for _ in range(2)]

    for received, expected in zip(over_socket, in_process, strict=True):
        assert (received.status_code, received.content) == (expected.status_code, expected.data)
        assert received.headers["Content-Type"] == expected.headers["Content-Type"]
        assert received.headers.get(FAULT) == expected.headers.get(FAULT)


def test_cut_and_reset_of_write_do_not_hang() -> None:
    """Faults for any route apply to requests with a body as well, and the connection does not hang."""
    with FakeSmartflo(Config(faults=(Fault(("reset", "cut"), route="any", repeat=True),))) as fake:
        for _ in range(4):
            with pytest.raises(requests.RequestException):
                requests.post(fake.url + ADD_LEAD, json=LEAD, headers={"Authorization": "x"}, timeout=30).json()


def test_cut_does_not_generate_whole_list() -> None:
    """The fault applies to a list of a million leads, and the connection closes after the first ones."""
    headers = {"Authorization": "x"}
    with FakeSmartflo(Config(faults=(Fault(("cut",), lead=300),))) as fake:
        with pytest.raises(requests.RequestException):
            requests.get(f"{fake.url}{LEADS}/911000000", headers=headers, timeout=30)

        assert requests.get(fake.url + VENDORS, headers=headers, timeout=30).status_code == 200


# In process


def test_connection_faults_raise_in_process(default_client: FlaskClient, account: dict[str, str]) -> None:
    """In process, a reset fails the request, and a cut fails reading the body."""
    with pytest.raises(ConnectionResetError):
        default_client.get(BY_FAULT["reset"], headers=account)
    cut = default_client.get(BY_FAULT["cut"], headers=account)

    assert cut.status_code == 200
    with pytest.raises(ConnectionResetError):
        _ = cut.data


@pytest.mark.parametrize("name", [*INJECTORS, "503"])
def test_handles_write_as_registered(name: str, set_faults: SetFaults) -> None:
    """A fault handles a write if and only if its entry in the table states so."""
    request = set_faults(Fault((name,), route="any", seconds=0 if name == "delay" else 1))
    with suppress(ConnectionResetError):
        _ = request(ADD_LEAD, "POST", json=LEAD).data

    assert (name in INJECTORS and INJECTORS[name].handles_request) == (len(request().get_json()) == 26)


def test_cut_clean_is_complete_by_its_length(set_faults: SetFaults) -> None:
    """The body has its Content-Length, and contains one whole lead of an array that does not end."""
    answer = set_faults(Fault(("cut_clean",)))()

    assert (200, str(len(answer.data))) == (answer.status_code, answer.headers["Content-Length"])
    assert load_contract().is_valid(answer.data.removesuffix(b",") + b"]")
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(answer.data)


@pytest.mark.parametrize("count", [0, 1, 3, 24, 25, 1_000])
def test_cut_clean_keeps_configured_number_of_leads(count: int, set_faults: SetFaults) -> None:
    """As many leads arrive whole as the rule sets, or all if the list has fewer."""
    body = set_faults(Fault(("cut_clean",), lead=count))().data

    assert min(count, 25) == len(json.loads(body.removesuffix(b",") + b"]"))


def test_dangling_comma_ends_like_vendors_sample(set_faults: SetFaults) -> None:
    """The array ends in a comma, as in the sample response. A client cannot cache it as the leads it knows."""
    answer = set_faults(Fault(("dangling_comma",)))()

    assert "sample" == answer.headers[EVIDENCE]
    assert 25 == len(json.loads(answer.data.removesuffix(b",") + b"]"))
    assert "ETag" not in answer.headers


def test_html_returns_page_with_status_200(set_faults: SetFaults) -> None:
    """The headers name the fault, its evidence and what it does."""
    answer = set_faults(Fault(("html",)))()

    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
    assert answer.text.startswith("<html>")
    assert ("html", "assumed") == (answer.headers[FAULT], answer.headers[EVIDENCE])
    assert INJECTORS["html"].description in unquote(answer.headers[REASON])


def test_content_type_keeps_body(set_faults: SetFaults) -> None:
    """The leads are valid, and the content type is that of a page."""
    answer = set_faults(Fault(("content_type",)))()

    assert answer.headers["Content-Type"].startswith("text/html")
    assert load_contract().is_valid(answer.data)


def test_invalid_utf8_adds_one_byte(set_faults: SetFaults) -> None:
    """The body is valid without one byte."""
    body = set_faults(Fault(("invalid_utf8",)))().data

    assert not load_contract().is_valid(body)
    assert load_contract().is_valid(body.replace(b"\xff", b""))


def test_duplicate_leads_repeats_first_lead(set_faults: SetFaults) -> None:
    """The first lead appears twice, all others once."""
    first, second, *others = set_faults(Fault(("duplicate_leads",)))().get_json()

    assert first == second
    assert 24 == len(others)


def test_changing_omits_first_lead_at_every_other_read(default_client: FlaskClient, account: dict[str, str]) -> None:
    """Every other read of the magic id lacks the first lead."""
    reads = [default_client.get(BY_FAULT["changing"], headers=account).get_json() for _ in range(4)]

    assert [25, 24, 25, 24] == [len(leads) for leads in reads]
    assert reads[0][1:] == reads[1]


def test_delay_is_seeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each response is late by ``seconds`` and up to ``jitter`` more, the same in each run."""
    delays: list[float] = []
    # The delay is in real time: no public name replaces it.
    monkeypatch.setattr("smartflo_contract.mock_server.faults.late_responses.pause", delays.append)
    rule = Fault(("delay",), repeat=True, seconds=2, jitter=0.5)
    for _ in range(2):
        client = create_app(Config(faults=(rule,))).test_client()
        assert [200] * 3 == [client.get(VENDORS, headers={"Authorization": "x"}).status_code for _ in range(3)]

    assert delays[:3] == delays[3:]
    assert len(set(delays)) == 3
    assert all(2 <= seconds <= 2.5 for seconds in delays)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 422, 429, 500, 502, 503, 504, 599])
def test_error_status_has_vendors_shape_and_rejects_write(status: int, set_faults: SetFaults) -> None:
    """Any status from 400 to 599 is a fault; the request is not handled."""
    request = set_faults(Fault((str(status),), route="any"))
    answer = request(ADD_LEAD, "POST", json=LEAD)

    assert (status, str(status)) == (answer.status_code, answer.headers[FAULT])
    assert isinstance(answer.get_json(), dict)
    assert 25 == len(request().get_json())


def test_retry_after_header(set_faults: SetFaults) -> None:
    """A rule may set Retry-After on error statuses; the vendor does not document it, so the evidence is assumed."""
    request = set_faults(Fault(("429", "html", "503"), retry_after=7), Fault(("ok", "ok", "ok", "429")))
    answers = [request() for _ in range(4)]

    assert [(429, "7"), (200, None), (503, "7"), (429, None)] == [
        (answer.status_code, answer.headers.get("Retry-After")) for answer in answers
    ]
    assert ["assumed", "documented"] == [answers[index].headers[EVIDENCE] for index in (0, 3)]
    assert "Retry-After is assumed" in unquote(answers[0].headers[REASON])


def test_429_follows_quirk(set_faults: SetFaults, default_client: FlaskClient, account: dict[str, str]) -> None:
    """The body of the fault 429 follows the quirk ``rate_limit_success``."""
    for value, success, evidence in (("text", "false", "documented"), ("boolean", False, "assumed")):
        default_client.patch("/__admin/quirks", json={"rate_limit_success": value}, headers=account)
        answer = set_faults(Fault(("429",)))()

        assert (success, evidence) == (answer.get_json()["success"], answer.headers[EVIDENCE])


# Responses to which a fault does not apply


def content(request: Request, path: str, method: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a response, without the request's id."""
    answer = request(path, method)
    headers = {name: value for name, value in answer.headers.items() if name != "X-Smartflo-Fake-Request"}
    return answer.status_code, headers, answer.data


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", EMPTY),
        ("GET", f"{LEADS}/912500000?number=42"),
        ("GET", f"{LEADS}/123456"),
        ("HEAD", VENDORS),
        ("DELETE", "/v1/broadcast/list/8669"),
    ],
    ids=["empty list", "no match", "unknown list", "no body", "object"],
)
def test_array_faults_leave_other_responses_unchanged(
    method: str, path: str, set_faults: SetFaults, default_client: FlaskClient, account: dict[str, str]
) -> None:
    """A fault that breaks arrays changes neither body nor headers of other responses."""
    unchanged = content(set_faults(), path, method)
    for name in (name for name, injector in INJECTORS.items() if injector.arrays_only):
        default_client.post("/__admin/reset", headers=account)
        assert unchanged == content(set_faults(Fault((name,), route="any")), path, method), name


def test_cut_leaves_responses_without_body_unchanged(set_faults: SetFaults) -> None:
    """Errors and responses to HEAD are not cut, and their headers name no fault."""
    for method, path in (("GET", f"{LEADS}/123456"), ("HEAD", VENDORS)):
        unchanged = content(set_faults(), path, method)

        assert unchanged == content(set_faults(Fault(("cut",), repeat=True)), path, method)


@pytest.mark.parametrize("path", [EMPTY, "/v1/broadcast/batch_status/000000000000000000000001"])
def test_cut_of_body_without_leads(path: str, set_faults: SetFaults) -> None:
    """The start of the body arrives."""
    request = set_faults(Fault(("ok", "ok", "cut"), route="any"))
    request("/v1/broadcast/leads/8668", "POST", json={"data": [LEAD]})
    whole = request(path).data
    cut = request(path)

    assert "cut" == cut.headers[FAULT]
    assert whole[:-1] == next(iter(cut.response))


@pytest.mark.parametrize(("profile", "evidence"), [("documented", "sample"), ("lenient", "assumed")])
def test_evidence_is_the_weaker_of_fault_and_leads(
    profile: str, evidence: str, set_faults: SetFaults, default_client: FlaskClient, account: dict[str, str]
) -> None:
    """The comma is in the vendor's sample; leads of the profile lenient are assumed."""
    default_client.put("/__admin/profile", json={"profile": profile}, headers=account)

    assert evidence == set_faults(Fault(("dangling_comma",)))().headers[EVIDENCE]


@pytest.mark.parametrize("size", [100, pytest.param(20_000, marks=pytest.mark.slow)])
def test_streamed_list_continues_after_changed_chunk(
    size: int, set_faults: SetFaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault changes the first chunk of a streamed list, and all others arrive unchanged."""
    if size < 20_000:
        monkeypatch.setattr(body_cache, "MAX_WHOLE_BODY_BYTES", 10_000)
    path = f"{LEADS}/{910_000_000 + size}"
    request = set_faults(Fault(("ok", "duplicate_leads")))
    streamed = request(path)
    assert not streamed.is_sequence
    leads, with_duplicate = streamed.get_json(), request(path).get_json()

    assert size == len(leads)
    assert [leads[0], *leads] == with_duplicate


def test_every_read_fault_has_magic_id() -> None:
    """Only lockouts, which apply to logins, and ``reset_after``, which shows in writes alone, have none."""
    assert set(INJECTORS) - {"lockout", "reset_after"} == set(BY_FAULT)

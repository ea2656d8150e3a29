"""Requests that are wrong, absurd or many at once, over a socket of ``serve``: refused, and nobody else notices."""

import json
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests

from smartflo_contract.mock_server import create_app
from smartflo_contract.schemas import load_contract

Send = Callable[..., requests.Response]
VENDORS = "/v1/broadcast/leads/8668"
LEAD = "/v1/broadcast/lead/8668"
LIST = "/v1/broadcast/list"
LISTS = "/v1/broadcast/lists"
SECONDS = 60
WRITES = (
    "POST /v1/auth/login",
    f"POST {LIST}",
    f"PUT {LIST}/8668",
    f"POST {LEAD}",
    "PUT /v1/broadcast/lead/any",
    f"POST {VENDORS}",
    f"PATCH {VENDORS}",
    f"DELETE {VENDORS}",
)
"""Every route that takes a body."""
PATHS = (
    "/v1/auth/login",
    "/v1/auth/refresh",
    "/v1/auth/logout",
    LISTS,
    LIST,
    f"{LIST}/8668",
    VENDORS,
    LEAD,
    "/v1/broadcast/batch_status/1",
    "/v1/broadcast/dnd/leads",
)
BODIES = {
    "nothing": b"",
    "deep array": b"[" * 50_000,
    "deep objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "NaN": b'{"field_0":NaN}',
    "infinity": b'{"field_0":1e999}',
    "integer of 4,000 digits": b'{"field_0":' + b"9" * 4_000 + b"}",
    "NUL": b'{"field_0":"\0"}',
    "no UTF-8": b'{"field_0":"\xff"}',
    "byte order mark": b'\xef\xbb\xbf{"field_0":"5550000042"}',
    "half a surrogate pair": b'{"field_0":"\\ud800"}',
    "array": b"[]",
    "null": b"null",
    "form": b"field_0=5550000042",
}
"""What is no JSON object at any route."""
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    1e300,
    2**53 + 1,
    2**64,
    "",
    "-1",
    "1_0",
    "²",
    "--5",
    "9" * 17,
    "\0",
    "x" * 100_001,
    [],
    {},
)


class Served(NamedTuple):
    """A fake under ``serve``: where it is."""

    url: str
    address: tuple[str, int]


@pytest.fixture(name="served", scope="module")
def _served() -> Iterator[Served]:
    """Run a fake under ``serve``, and see that it says nothing of all that is done to it."""
    command = [sys.executable, "-m", "smartflo_contract", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        try:
            yield Served(url, (parts.hostname, parts.port))
        finally:
            process.terminate()
            _, told = process.communicate(timeout=SECONDS)

    assert "Stop with Ctrl-C." in told.splitlines()[-1]


def request(route: str, *headers: str, body: bytes = b"", token: str = "any", length: int | None = None) -> bytes:  # noqa: S107
    """Return the bytes of a request, after which the connection is to be closed."""
    lines = (f"{route} HTTP/1.1", "Host: x", f"Authorization: {token}", "Connection: close", *headers)
    size = len(body) if length is None else length
    return "\r\n".join((*lines, f"Content-Length: {size}", "", "")).encode() + body


def answers(served: Served, pieces: Iterable[bytes], *, end: bool = False) -> bytes:
    """Send pieces for as long as they are taken, and return what comes until the connection is closed."""
    with socket.create_connection(served.address, timeout=SECONDS) as client:
        try:
            for piece in pieces:
                client.sendall(piece)
            if end:
                client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before everything was sent
        got = b""
        try:
            while piece := client.recv(65_536):
                got += piece
        except ConnectionResetError:
            pass  # what was sent meanwhile was not read
        return got


def status(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer[9:12])


def leads(served: Served, send: Send, token: str) -> list[dict[str, Any]]:
    """Return the leads of the vendor's list, as an account has them."""
    found: list[dict[str, Any]] = send(VENDORS, base_url=served.url, token=token).json()
    return found


@pytest.mark.parametrize("route", WRITES)
def test_body_that_is_announced_too_long(route: str, served: Served) -> None:
    """100 MB are refused before they are sent."""
    assert 413 == status(answers(served, [request(route, body=b"{", length=100_000_000)]))


@pytest.mark.parametrize("route", WRITES)
def test_body_of_unknown_length_that_is_too_long(route: str, served: Served) -> None:
    """100 MB in pieces are refused by the time that the largest body that is taken would have come."""
    sent = []

    def pieces() -> Iterator[bytes]:
        yield f"{route} HTTP/1.1\r\nHost: x\r\nAuthorization: any\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        for megabyte in range(100):
            sent.append(megabyte)
            yield b"f4240\r\n" + b" " * 1_000_000 + b"\r\n"

    assert 413 == status(answers(served, pieces()))
    assert len(sent) < 70


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("route", WRITES)
def test_body_that_is_no_json_object(route: str, body: bytes, served: Served) -> None:
    """What is no JSON object, or goes too deep, is refused with 400."""
    assert 400 == status(answers(served, [request(route, body=body)]))


@pytest.mark.parametrize("route", WRITES)
def test_body_that_is_deep_where_nobody_looks(route: str, served: Served) -> None:
    """What the parser takes and the validator does not is refused, not an error of the fake's."""
    body = b'{"field_0":' + b"[" * 900 + b"]" * 900 + b"}"

    assert status(answers(served, [request(route, body=body)])) in {200, 400}


def test_twice_the_same_key(served: Served, send: Send) -> None:
    """Of a key that is there twice, the last counts, as with most parsers."""
    body = b'{"field_0":"5550000041","field_0":"5550000042"}'
    answers(served, [request(f"POST {LEAD}", body=body, token="twice")])

    assert "+915550000042" == leads(served, send, "twice")[-1]["field_0"]


@pytest.mark.parametrize("key", ["field_0", "field_1", "priority", "skill_id", "dial_status", "duplicate_option", "x"])
def test_absurd_values(key: str, served: Served, send: Send) -> None:
    """Whatever a key holds, its lead is written or refused, is valid, and can be written to again."""
    token = f"absurd {key}"
    lead_id = leads(served, send, token)[0]["lead_id"]
    whole = [{"field_0": "5550000042", "duplicate_option": "clone", key: value} for value in ODD]
    sent = [(f"POST {LEAD}", body) for body in whole]
    sent += [(f"POST {VENDORS}", {"data": [body]}) for body in whole]
    sent += [(f"PATCH {VENDORS}", {"field": "field_0", "data": ["5550000042"], "lead_data": body}) for body in whole]
    sent += [(f"PUT /v1/broadcast/lead/{lead_id}", body) for body in whole]
    found = {status(answers(served, [request(to, body=json.dumps(body).encode(), token=token)])) for to, body in sent}

    assert found <= {200, 422}
    assert load_contract().is_valid(leads(served, send, token))


def test_refused_change_of_a_changed_lead(served: Served, send: Send) -> None:
    """A lead that was changed, and whose next change is refused, is still found by its number."""
    token = "refused"
    lead_id = leads(served, send, token)[0]["lead_id"]
    for body in (b'{"field_0":"5550000042"}', b'{"dial_status":"-1"}', b'{"field_1":"Asha"}'):
        answers(served, [request(f"PUT /v1/broadcast/lead/{lead_id}", body=body, token=token)])
    answers(served, [request(f"POST {LEAD}", body=b'{"field_0":"5550000042","duplicate_option":"skip"}', token=token)])
    same = [lead["field_1"] for lead in leads(served, send, token) if lead["field_0"] == "+915550000042"]

    assert ["Asha"] == same


@pytest.mark.parametrize("route", WRITES[2:])
def test_refused_change_leaves_no_trace(route: str) -> None:
    """A list that was not changed after all is the same bytes, with the same ETag and evidence."""
    client = create_app().test_client()
    token = {"Authorization": "any"}
    before = client.get(VENDORS, headers=token)
    method, path = route.split()
    body: dict[str, Any] = {
        "field": "field_0",
        "data": [] if method in {"PATCH", "DELETE"} else [{"field_0": "no phone"}],
    }
    body |= {"field_0": "no phone", "lead_data": {}}
    client.open(path, method=method, json=body, headers=token)
    after = client.get(VENDORS, headers=token)

    assert (before.data, before.headers["ETag"]) == (after.data, after.headers["ETag"])
    assert "sample" == after.headers["X-Smartflo-Fake-Evidence"]


def test_body_that_ends_early(served: Served, send: Send) -> None:
    """A body shorter than was said is refused, though what has come is JSON."""
    sent = request(f"POST {LEAD}", body=b'{"field_0":"5550000042"}', token="early", length=500)

    assert 400 == status(answers(served, [sent], end=True))
    assert 25 == len(leads(served, send, "early"))


def test_body_that_is_longer_than_was_said(served: Served) -> None:
    """Of a body longer than was said only so much is read; the rest is nobody's request."""
    answer = answers(served, [request(f"POST {LEAD}", body=b'{"field_0":"5550000042"}', length=5)])

    assert (400, 1) == (status(answer), answer.count(b"HTTP/1.1 "))


@pytest.mark.parametrize("length", ["-5", "abc", "9" * 23, "2\r\nContent-Length: 3"])
def test_length_that_is_none(length: str, served: Served) -> None:
    """A length that is no number, or is two, is refused."""
    sent = f"POST {LIST} HTTP/1.1\r\nHost: x\r\nAuthorization: any\r\nContent-Length: {length}\r\n\r\n{{}}"

    assert 400 == status(answers(served, [sent.encode()]))


def test_requests_in_one_piece(served: Served, send: Send) -> None:
    """Requests that come without waiting for answers are all answered, in order."""
    bodies = [json.dumps({"field_0": f"55500{number:05}"}).encode() for number in range(50)]
    waiting = [
        request(f"POST {LEAD}", body=body, token="piece").replace(b"Connection: close\r\n", b"") for body in bodies
    ]
    got = answers(served, [b"".join(waiting) + request(f"GET {LISTS}", token="piece")])

    assert 51 == got.count(b"HTTP/1.1 200")
    assert [f"+9155500{number:05}" for number in range(50)] == [
        lead["field_0"] for lead in leads(served, send, "piece")[25:]
    ]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "FOO"])
@pytest.mark.parametrize("path", PATHS)
def test_methods_at_every_path(method: str, path: str, served: Served, send: Send) -> None:
    """HEAD comes with GET and OPTIONS says what there is; other methods are honestly refused, without a body twice."""
    answer = send(path, method, base_url=served.url)
    allowed = send(path, "OPTIONS", base_url=served.url).headers["Allow"].split(", ")

    assert (answer.status_code != 405) == (method in allowed)
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "odd",
    ["0", "-1", "%00", "%0a", "8668%0A", "..", "%2F", "%D9%A3", "%ff", "%", "%20", "9" * 5_000, "9007199254740992"],
)
@pytest.mark.parametrize(
    "route", [*(f"{method} {VENDORS}" for method in ("GET", "POST", "PATCH", "DELETE")), *WRITES[2:5]]
)
def test_ids_with_odd_characters(route: str, odd: str, served: Served) -> None:
    """An id that is none is not found, or no route, whatever it is made of."""
    body = b'{"field_0":"5550000042","field":"field_0","data":[],"lead_data":{}}'
    answer = answers(served, [request(f"{route.rpartition('/')[0]}/{odd}", body=body)])

    assert status(answer) in {400, 404, 405, 422}


def test_five_hundred_connections(served: Served, send: Send) -> None:
    """500 clients that are connected at once, and write to one account, are all answered, and nothing is lost."""
    clients = [socket.create_connection(served.address, timeout=SECONDS) for _ in range(500)]
    for number, client in enumerate(clients):
        body = json.dumps({"field_0": f"55500{number:05}"}).encode()
        client.sendall(request(f"POST {LEAD}", body=body, token="many"))
    found = Counter(client.recv(12) for client in clients)
    for client in clients:
        client.close()

    assert {b"HTTP/1.1 200": 500} == found
    assert 525 == len(leads(served, send, "many"))


def at_once(served: Served, sent: list[tuple[str, dict[str, Any], str]]) -> list[dict[str, Any]]:
    """Send requests by sixteen writers at once, each a route, a body and a token; return the bodies of the answers."""

    def write(one: tuple[str, dict[str, Any], str]) -> dict[str, Any]:
        to, body, token = one
        answer = answers(served, [request(to, body=json.dumps(body).encode(), token=token)])
        decoded: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
        return decoded

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(write, sent))


def test_writers_of_the_same_numbers(served: Served, send: Send) -> None:
    """Of writers that add the same numbers at once and skip what is there, one adds each."""
    bodies = [{"field_0": f"55500{number % 20:05}", "duplicate_option": "skip"} for number in range(320)]
    at_once(served, [(f"POST {LEAD}", body, "skip") for body in bodies])
    found = [lead["field_0"] for lead in leads(served, send, "skip")[25:]]

    assert (20, 20) == (len(found), len(set(found)))


def test_writers_of_one_lead(served: Served, send: Send) -> None:
    """Writers that change different fields of one lead at once lose nothing of each other's."""
    lead_id = leads(served, send, "one lead")[0]["lead_id"]
    at_once(
        served,
        [
            (f"PUT /v1/broadcast/lead/{lead_id}", {f"field_{number}": str(number)}, "one lead")
            for number in range(1, 100)
        ],
    )
    lead = leads(served, send, "one lead")[0]

    assert [str(number) for number in range(1, 100)] == [lead[f"field_{number}"] for number in range(1, 100)]


def test_makers_of_lists(served: Served) -> None:
    """Lists that are made at once have different ids."""
    made = at_once(served, [(f"POST {LIST}", {"name": "x"}, "lists")] * 100)

    assert 100 == len({answer["list_id"] for answer in made})


def test_writers_of_many_accounts(served: Served, send: Send) -> None:
    """Accounts that write at once each have their own leads, and no other's."""
    sent = [
        (f"POST {LEAD}", {"field_0": f"55500{number:05}", "field_1": f"of {number % 16}"}, f"own {number % 16}")
        for number in range(160)
    ]
    at_once(served, sent)
    found = [[lead["field_1"] for lead in leads(served, send, f"own {number}")[25:]] for number in range(16)]

    assert [[f"of {number}"] * 10 for number in range(16)] == found


def test_what_another_account_has_made(served: Served, send: Send) -> None:
    """Leads, lists and batches of another account are not found, as if they did not exist: 404, not 403."""
    (made,) = at_once(served, [(f"POST {LIST}", {"name": "x"}, "owner")])
    (batch,) = at_once(served, [(f"POST {VENDORS}", {"data": [{"field_0": "5550000042"}]}, "owner")])
    lead_id = leads(served, send, "owner")[-1]["lead_id"]
    own = f"/v1/broadcast/leads/{made['list_id']}"
    body = '{"field_0":"5550000043","field":"field_0","data":[],"lead_data":{}}'
    routes = (
        *((method, own) for method in ("GET", "POST", "PATCH", "DELETE")),
        ("PUT", f"{LIST}/{made['list_id']}"),
        ("DELETE", f"{LIST}/{made['list_id']}"),
        ("PUT", f"/v1/broadcast/lead/{lead_id}"),
        ("DELETE", f"/v1/broadcast/lead/{lead_id}"),
        ("GET", f"/v1/broadcast/batch_status/{batch['batch_id']}"),
    )

    assert {404} == {
        send(path, method, base_url=served.url, token="stranger", data=body).status_code for method, path in routes
    }

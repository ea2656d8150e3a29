"""Malformed, unusual and oversized requests: rejected in the vendor's shape, without a trace."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from smartflo_contract.schemas import load_contract

from ..conftest import Send  # noqa: TID252 - test folders are no packages
from ..raw_http import exchange, raw_request, status_of  # noqa: TID252
from ..serve_process import ServeProcess  # noqa: TID252
from .conftest import DND, LEAD, LEADS, LIST, LISTS, LOGIN, NUMBER, VENDORS, WRITES, Account

ADD = f"POST {LEAD}/8668"
PATHS = (
    LOGIN,
    "/v1/auth/refresh",
    "/v1/auth/logout",
    LISTS,
    LIST,
    f"{LIST}/8668",
    VENDORS,
    f"{LEAD}/8668",
    "/v1/broadcast/batch_status/1",
    "/v1/broadcast",
    "/v1/broadcast/20002",
    "/v1/broadcast/start/20002",
    "/v1/broadcast/pause/20002",
    "/v1/broadcast/resume/20002",
    "/v1/broadcast/end/20002",
    "/v2/broadcasts",
    f"{DND}/leads",
    f"{DND}/leads/1",
    f"{DND}/lead",
    f"{DND}/lead/1",
    f"{DND}/lists",
    f"{DND}/list",
    f"{DND}/list/1",
    "/v1/click_to_call",
    "/v1/click_to_call_support",
    "/v1/live_calls",
    "/v1/call/hangup",
    "/v1/call/options",
    "/v1/call/records",
    "/v1/my_number",
    "/v1/users",
    "/v1/user",
    "/v1/user/1",
    "/v1/agents",
    "/v2/agents",
)
MALFORMED = {
    "empty": b"",
    "unclosed object": b"{",
    "unclosed array": b"[" * 60_000,
    "unclosed objects": b'{"data":' * 5_000,
    "deep array": b"[" * 30_000 + b"]" * 30_000,
    "deep objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "NaN": b"NaN",
    "NaN in object": b'{"field_0":NaN}',
    "infinity": b'{"field_0":1e999}',
    "integer of 4,000 digits": b'{"field_0":' + b"9" * 4_000 + b"}",
    "NUL": b"\x00",
    "NUL in string": b'{"field_0":"\0"}',
    "not UTF-8": b"\xff\xfe",
    "string that is not UTF-8": b'{"email":"\xff","password":"x"}',
    "byte order mark": b'\xef\xbb\xbf{"field_0":"5550000042"}',
    "lone surrogate": b'{"name":"\\ud800"}',
    "single quotes": b"{'email': 1}",
    "array": b"[]",
    "null": b"null",
    "number": b"3",
    "string": b'"x"',
    "form": b"field_0=5550000042",
}
"""Bodies that are not a JSON object."""
UNUSUAL_VALUES: tuple[Any, ...] = (
    *(None, True, [], {}),
    *(0, -1, 1.5, 1e300, 2**53 + 1, 2**64),
    *("", "-1", "1_0", "²", "--5", "9" * 17, "\0", "x" * 100_001),
)
UNUSUAL_IDS = (
    *("0", "-1", "%00", "%0a", "8668%0A", "..", "%2F", "%D9%A3", "%ff", "%", "%20"),
    *("9" * 5_000, "9007199254740992"),
)
BAD_REQUEST = {"success": False, "message": "Bad request."}
CLIENT_ERRORS = {400, 404, 405, 422}
METHODS = ("HEAD", "OPTIONS", "TRACE", "CONNECT", "FOO")
slow = pytest.mark.slow


# Bodies


@pytest.mark.parametrize("route", WRITES)
def test_rejects_body_that_is_no_json_object(route: str, api: Account) -> None:
    """Each route returns 400 with an example of a body, and nothing changes."""
    method, path = route.split()
    for name, body in MALFORMED.items():
        response = api(method, path, body)

        assert (name, 400, BAD_REQUEST) == (name, response.status_code, response.get_json())
        assert "for example {" in unquote(response.headers["X-Smartflo-Fake-Reason"]), name
        assert len(api.leads()) == 25, name


def test_rejects_body_that_is_no_json_object_over_socket(serve_process: ServeProcess) -> None:
    """The server hands every such body to the application."""
    statuses = {
        name: status_of(exchange(serve_process.url, [raw_request(ADD, body=body)])) for name, body in MALFORMED.items()
    }

    assert dict.fromkeys(MALFORMED, 400) == statuses


@pytest.mark.parametrize("route", WRITES)
def test_rejects_deep_value_of_unknown_key(route: str, serve_process: ServeProcess) -> None:
    """A value that the parser accepts but the validator does not is no internal error, in a server's thread either."""
    body = b'{"field_0":' + b"[" * 900 + b"]" * 900 + b"}"

    allowed = {200, 404} if route == f"PUT {DND}/lead/any" else {200, 400}  # it ignores the key, and has no such entry

    assert status_of(exchange(serve_process.url, [raw_request(route, body=body)])) in allowed


def test_last_of_repeated_keys_counts(api: Account) -> None:
    """As with most parsers, the last value of a repeated key counts."""
    response = api("POST", f"{LEAD}/8668", f'{{"field_0":"5550000041","field_0":"{NUMBER}"}}'.encode())

    assert 200 == response.status_code
    assert f"+91{NUMBER}" == api.leads()[-1]["field_0"]


@pytest.mark.parametrize("key", ["field_0", "field_1", "priority", "skill_id", "dial_status", "duplicate_option", "x"])
def test_accepts_or_rejects_any_value(key: str, api: Account) -> None:
    """Whatever the value of a key, the write is 200 or 422, the list stays valid, and can be written again."""
    lead_id = api.leads()[0]["lead_id"]
    statuses = set()
    for value in UNUSUAL_VALUES:
        values = {"field_0": NUMBER, "duplicate_option": "clone", key: value}
        writes: tuple[tuple[str, str, Any], ...] = (
            ("POST", f"{LEAD}/8668", values),
            ("POST", VENDORS, {"data": [values]}),
            ("PATCH", VENDORS, {"field": "field_0", "data": [NUMBER], "lead_data": values}),
            ("PUT", f"{LEAD}/{lead_id}", values),
        )
        statuses |= {api(*write).status_code for write in writes}

    assert statuses <= {200, 422}
    assert load_contract().is_valid(api.leads())


# Lengths


@pytest.mark.parametrize("route", WRITES)
def test_rejects_large_body_before_it_is_sent(route: str, serve_process: ServeProcess) -> None:
    """100 MB are 413 after the first byte, and the server keeps answering."""
    request = raw_request(route, body=b"{", length=100_000_000)

    assert 413 == status_of(exchange(serve_process.url, [request]))


@pytest.mark.parametrize("route", [WRITES[0], WRITES[-1], *(pytest.param(route, marks=slow) for route in WRITES[1:-1])])
def test_rejects_large_body_of_unknown_length(route: str, serve_process: ServeProcess) -> None:
    """100 MB in chunks are 413 soon after the maximum size of a body."""
    sent = []

    def pieces() -> Iterator[bytes]:
        yield f"{route} HTTP/1.1\r\nHost: x\r\nAuthorization: any\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        for megabyte in range(100):
            sent.append(megabyte)
            yield b"f4240\r\n" + b" " * 1_000_000 + b"\r\n"

    assert 413 == status_of(exchange(serve_process.url, pieces()))
    assert len(sent) < 70


def test_rejects_body_that_ends_early(serve_process: ServeProcess, send: Send) -> None:
    """A body shorter than its Content-Length is 400, even if it is JSON."""
    request = raw_request(ADD, body=b'{"field_0":"5550000042"}', token="early", length=500)

    assert 400 == status_of(exchange(serve_process.url, [request], end=True))
    assert 25 == len(send(VENDORS, base_url=serve_process.url, token="early").json())


def test_ignores_bytes_after_body(serve_process: ServeProcess) -> None:
    """Bytes beyond the Content-Length are no second request."""
    response = exchange(serve_process.url, [raw_request(ADD, body=b'{"field_0":"5550000042"}', length=5)])

    assert (400, 1) == (status_of(response), response.count(b"HTTP/1.1 "))


@pytest.mark.parametrize("length", ["-5", "abc", "9" * 23, "2\r\nContent-Length: 3"])
def test_rejects_invalid_content_length(length: str, serve_process: ServeProcess) -> None:
    """A Content-Length that is no number, or two numbers, is 400."""
    request = f"POST {LIST} HTTP/1.1\r\nHost: x\r\nAuthorization: any\r\nContent-Length: {length}\r\n\r\n{{}}"

    assert 400 == status_of(exchange(serve_process.url, [request.encode()]))


# Methods and paths


@pytest.mark.parametrize("path", PATHS)
def test_allows_only_methods_of_path(path: str, api: Account) -> None:
    """HEAD is allowed where GET is, OPTIONS lists the methods, and all other methods are 405."""
    allowed = api("OPTIONS", path).headers["Allow"].split(", ")
    statuses = {method: api(method, path).status_code for method in METHODS}

    assert {method: method in allowed for method in METHODS} == {key: value != 405 for key, value in statuses.items()}
    assert max(statuses.values()) < 500


@pytest.mark.parametrize("method", METHODS)
def test_allows_only_methods_of_path_over_socket(method: str, serve_process: ServeProcess, send: Send) -> None:
    """The server hands every method to the application."""
    response = send(VENDORS, method, base_url=serve_process.url)

    assert (response.status_code != 405) == (method in {"HEAD", "OPTIONS"})
    assert response.status_code < 500


@pytest.mark.parametrize("route", [*(f"{method} {LEADS}" for method in ("GET", "POST", "PATCH", "DELETE")), *(
    f"{method} {path}" for method, path in (("PUT", LIST), ("POST", LEAD), ("PUT", LEAD))
)])  # fmt: skip
def test_unusual_id_is_an_error(route: str, api: Account) -> None:
    """An id of any characters is an error of the client, never of the fake."""
    method, path = route.split()
    body = {"field_0": NUMBER, "field": "field_0", "data": [], "lead_data": {}}
    statuses = {list_id: api(method, f"{path}/{list_id}", body).status_code for list_id in UNUSUAL_IDS}

    assert {} == {list_id: status for list_id, status in statuses.items() if status not in CLIENT_ERRORS}


def test_unusual_id_is_an_error_over_socket(serve_process: ServeProcess) -> None:
    """The server hands every path to the application, or rejects it."""
    requests = {list_id: raw_request(f"GET {LEADS}/{list_id}") for list_id in UNUSUAL_IDS}
    statuses = {list_id: status_of(exchange(serve_process.url, [request])) for list_id, request in requests.items()}

    assert {} == {list_id: status for list_id, status in statuses.items() if status not in CLIENT_ERRORS}


def test_answers_pipelined_requests_in_order(serve_process: ServeProcess, send: Send) -> None:
    """Requests that are sent without waiting for responses are all answered, in order."""
    numbers = [f"55500{number:05}" for number in range(50)]
    requests = [
        raw_request(ADD, body=f'{{"field_0": "{number}"}}'.encode(), token="pipeline", keep_alive=True)
        for number in numbers
    ]
    response = exchange(serve_process.url, [b"".join(requests) + raw_request(f"GET {LISTS}", token="pipeline")])
    leads = send(VENDORS, base_url=serve_process.url, token="pipeline").json()

    assert 51 == response.count(b"HTTP/1.1 200")
    assert [f"+91{number}" for number in numbers] == [lead["field_0"] for lead in leads[25:]]


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (
            f"{LEAD}/8669",
            {"field_0": NUMBER, "field_1": ["Asha"]},
            "field_1: expected string of 0 to 100000",
        ),
        (
            f"{LEADS}/8669",
            {"data": [{"field_0": NUMBER, "priority": 99}]},
            "data.0.priority: expected integer from 1",
        ),
        (f"{LEADS}/8669", {"data": [NUMBER]}, "data.0: expected object with field_0"),
        ("/v1/broadcast/dnd/leads/1", {"data": [None]}, "data.0: expected string of 1 to 100000 characters"),
    ],
)
def test_reason_describes_any_invalid_value(path: str, body: dict[str, Any], expected: str, api: Account) -> None:
    """Values of columns and of rows are described as those of other keys are."""
    reason = unquote(api("POST", path, body).headers["X-Smartflo-Fake-Reason"])

    assert reason.startswith(expected), reason


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (f"{LEAD}/8669", {"field_0": "0091 5550000042"}, "field_0: expected a phone number of ten digits"),
        (f"{LEAD}/8669", {"field_0": NUMBER, "skill_id": "two"}, "skill_id: expected an integer"),
        (f"{LEADS}/8669", {"data": [{"field_0": NUMBER}, {"field_0": "x"}]}, "data.1.field_0: expected a phone number"),
        (f"{DND}/lead", {"number": NUMBER, "list_id": 8668}, "list_id: expected the id of a DND list"),
        (f"{DND}/lead", {"number": NUMBER, "type": "lead_id"}, "number: expected the lead_id of a lead"),
        (f"{DND}/leads/1", {"data": ["x"]}, "data.0: expected a phone number of ten digits"),
        (
            "/v1/broadcast",
            {"name": "March", "phone_number_list": 8668, "start_date_time": "2026-02-30 00:00:00"},
            "start_date_time: expected a date and time that exist",
        ),
        (
            "/v1/click_to_call_support",
            {"customer_number": NUMBER, "api_key": "any", "caller_id": "x"},
            "caller_id: expected a phone number; with the quirk caller_id=own",
        ),
    ],
)
def test_reason_describes_value_that_the_schema_allows(
    path: str, body: dict[str, Any], expected: str, api: Account
) -> None:
    """A string of the right form that is no phone number, time or known id is described, before the example."""
    response = api("POST", path, body)
    reason = unquote(response.headers["X-Smartflo-Fake-Reason"])

    assert 422 == response.status_code
    assert reason.startswith(expected), reason
    assert "for example {" in reason

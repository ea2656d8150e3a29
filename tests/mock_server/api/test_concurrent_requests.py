"""Many clients at the same time: nothing is lost, and accounts stay apart."""

import json
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from smartflo_contract.schemas import load_contract

from ..conftest import Send  # noqa: TID252 - test folders are no packages
from ..raw_http import TIMEOUT_SECONDS, exchange, raw_request  # noqa: TID252
from ..serve_process import ServeProcess  # noqa: TID252
from .conftest import LEAD, LIST, LOGIN, VENDORS, account_of

ADD = f"POST {LEAD}/8668"


def write_concurrently(server: ServeProcess, writes: list[tuple[str, dict[str, Any], str]]) -> list[dict[str, Any]]:
    """Send requests from sixteen threads, each a route, a body and a token; return the bodies of the responses."""

    def write(request: tuple[str, dict[str, Any], str]) -> dict[str, Any]:
        route, body, token = request
        response = exchange(server.url, [raw_request(route, body=json.dumps(body).encode(), token=token)])
        content: dict[str, Any] = json.loads(response.partition(b"\r\n\r\n")[2])
        return content

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(write, writes))


def test_answers_500_connections(serve_process: ServeProcess, send: Send) -> None:
    """500 clients that are connected at once, and write to one account, are all answered, and nothing is lost."""
    address = serve_process.address
    clients = [socket.create_connection(address, timeout=TIMEOUT_SECONDS) for _ in range(500)]
    for number, client in enumerate(clients):
        body = json.dumps({"field_0": f"55500{number:05}"}).encode()
        client.sendall(raw_request(ADD, body=body, token="500 connections"))
    statuses = Counter(client.recv(12) for client in clients)
    for client in clients:
        client.close()

    assert {b"HTTP/1.1 200": 500} == statuses
    assert 525 == len(send(VENDORS, base_url=serve_process.url, token="500 connections").json())


def test_adds_each_number_once(serve_process: ServeProcess, send: Send) -> None:
    """Of clients that add the same numbers and skip duplicates, one adds each; numbers of one client are all added."""
    token = "same numbers"
    writes = [
        (ADD, {"field_0": f"{prefix}{number:05}", "duplicate_option": "skip"}, token)
        for number in range(80)
        for prefix, number in (("55500", number % 20), ("55501", number))
    ]
    write_concurrently(serve_process, writes)
    leads = send(VENDORS, base_url=serve_process.url, token=token).json()
    numbers = [lead["field_0"] for lead in leads[25:]]

    assert len(numbers) == len(set(numbers)) == 20 + 80
    assert load_contract().is_valid(leads)


def test_keeps_all_changes_of_one_lead(serve_process: ServeProcess, send: Send) -> None:
    """No change is lost when clients change different fields of one lead."""
    token = "one lead"
    lead_id = send(VENDORS, base_url=serve_process.url, token=token).json()[0]["lead_id"]
    write_concurrently(
        serve_process,
        [(f"PUT {LEAD}/{lead_id}", {f"field_{number}": str(number)}, token) for number in range(1, 100)],
    )
    changed = send(VENDORS, base_url=serve_process.url, token=token).json()[0]

    assert [str(number) for number in range(1, 100)] == [changed[f"field_{number}"] for number in range(1, 100)]


def test_new_lists_have_different_ids(serve_process: ServeProcess) -> None:
    """Lists that are created at once have different ids."""
    created = write_concurrently(serve_process, [(f"POST {LIST}", {"name": "x"}, "lists")] * 100)

    assert 100 == len({response["list_id"] for response in created})


def test_keeps_accounts_apart(serve_process: ServeProcess, send: Send) -> None:
    """Accounts that write at the same time contain their own leads only."""
    tokens = [f"apart {number}" for number in range(16)]
    writes = [
        (ADD, {"field_0": f"55500{number:05}", "field_1": token}, token) for number in range(5) for token in tokens
    ]
    write_concurrently(serve_process, writes)
    lists = [send(VENDORS, base_url=serve_process.url, token=token).json()[25:] for token in tokens]

    assert [[token] * 5 for token in tokens] == [[lead["field_1"] for lead in leads] for leads in lists]


def test_counts_every_failed_login() -> None:
    """Failures at the same time are all counted."""
    application = account_of(quirks={"lockout": "off"}).client.application

    def fail(_number: int) -> int:
        body = {"email": "concurrent@example.com", "password": "wrong"}
        content: dict[str, int] = application.test_client().post(LOGIN, json=body).get_json()
        return content["login_failed_count"]

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(fail, range(40)))

    assert list(range(1, 41)) == sorted(counts)

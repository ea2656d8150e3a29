"""The rate limit of an account that several fakes share: they have one budget."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server import Config, create_app
from smartflo_contract.mock_server.app import EXTENSION

from ..raw_http import TIMEOUT_SECONDS  # noqa: TID252 - test folders are no packages
from ..serve_process import ServeProcess  # noqa: TID252
from .conftest import ClientOf

ME = {"Authorization": "Bearer me"}
LEADS = "/v1/broadcast/leads/8668"
NOON = 1_700_000_000_000
STEPS = st.lists(st.sampled_from([0, 1]) | st.integers(2, 1_500), max_size=12)
"""Number of the fake that is sent a request, or milliseconds by which the clock is advanced."""


def freeze(client: FlaskClient) -> None:
    """Freeze the clock of the account."""
    assert 200 == client.patch("/__admin/clock", json={"now": NOON, "frozen": True}, headers=ME).status_code


def read(client: FlaskClient) -> bool:
    """Return whether a request is accepted."""
    return client.get(LEADS, headers=ME).status_code == 200


def remaining(client: FlaskClient) -> Any:
    """Return what is left of the budget."""
    return client.get("/__admin/rate-limit", headers=ME).get_json()["remaining"]


def test_two_workers_share_one_budget(client_of: ClientOf, shared_url: str) -> None:
    """A request that one of them has accepted counts for the other, also after both have read the account."""
    first, second = (client_of(shared_url, rate_limit=3) for _ in range(2))
    freeze(first)
    assert [3, 3] == [remaining(first), remaining(second)]
    accepted = [read(client) for client in (first, second, second, first, second)]

    assert [True, True, True, False, False] == accepted
    assert [0, 0] == [remaining(first), remaining(second)]
    second.patch("/__admin/clock", json={"advance": 0.4}, headers=ME)
    assert [True, False] == [read(first), read(second)]


def test_limit_that_one_worker_sets_holds_for_the_other(client_of: ClientOf, shared_url: str) -> None:
    """It is read with the account."""
    first, second = (client_of(shared_url) for _ in range(2))
    freeze(first)
    assert read(second)
    first.put("/__admin/rate-limit", json={"limit": 1}, headers=ME)

    assert [True, False] == [read(second), read(second)]


def test_requests_at_the_same_time_share_one_budget(client_of: ClientOf, shared_url: str) -> None:
    """Many threads of two fakes have exactly as many accepted requests as the limit."""
    clients = [client_of(shared_url, rate_limit=7) for _ in range(2)]
    freeze(clients[0])
    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(lambda number: read(clients[number % 2].application.test_client()), range(24)))

    assert 7 == sum(accepted)


def test_budget_outlives_the_fake(client_of: ClientOf, shared_url: str) -> None:
    """A fake that is started again has what the one before has left; a reset fills the budget."""
    first = client_of(shared_url, rate_limit=3)
    freeze(first)
    read(first)
    first.application.extensions[EXTENSION].close()
    second = client_of(shared_url, rate_limit=3)
    assert 2 == remaining(second)

    second.post("/__admin/reset", headers=ME)
    assert 3 == remaining(second)


@pytest.mark.slow
def test_processes_share_one_budget(shared_url: str) -> None:
    """Many connections to two worker processes have exactly as many accepted requests as the limit."""
    server = ServeProcess(store=shared_url, workers=2, rate_limit=7)

    def send(method: str, path: str, **options: Any) -> int:
        url = server.url + path
        return requests.request(method, url, headers=ME, timeout=TIMEOUT_SECONDS, **options).status_code

    assert 200 == send("PATCH", "/__admin/clock", json={"frozen": True})
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: send("GET", LEADS), range(40)))
    server.close()

    assert [200] * 7 + [429] * 33 == sorted(statuses)


@given(limit=st.integers(1, 5), steps=STEPS)
def test_two_workers_accept_what_one_accepts(limit: int, steps: list[int]) -> None:
    """Whichever of two fakes on a store gets a request, it is accepted as by a fake without a store."""
    with TemporaryDirectory() as folder:
        store = f"sqlite:///{Path(folder)}/fake.db"
        apps = [create_app(Config(store=url, rate_limit=limit)) for url in (store, store, None)]
        *shared, alone = (app.test_client() for app in apps)
        for client in (shared[0], alone):
            freeze(client)
        for step in steps:
            if step in {0, 1}:
                assert read(alone) == read(shared[step])
            else:
                for client in (shared[step % 2], alone):
                    client.patch("/__admin/clock", json={"advance": step / 1_000}, headers=ME)
        for app in apps:
            app.extensions[EXTENSION].close()

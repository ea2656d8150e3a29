"""Accounts with calls advance N times as fast as the wall clock, which these tests turn."""

from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server import Config
from smartflo_contract.mock_server.accounts.account_ids import account_id_of_token
from smartflo_contract.mock_server.app import app_of
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.errors import StoreUnavailable
from smartflo_contract.mock_server.server.ticker import Ticker
from smartflo_contract.pytest_plugin import WebhookReceiver

from ..raw_http import TIMEOUT_SECONDS  # noqa: TID252 - test folders are no packages
from ..serve_process import ServeProcess  # noqa: TID252

ME = {"Authorization": "Bearer me"}
OTHER = {"Authorization": "other"}
CLOCK = "/__admin/clock"
CALL = {"agent_number": "50201", "destination_number": "5550000042", "async": 1}
START = 1_700_000_000.0
"""Time on the wall clock, in seconds since the epoch."""


class Fake:
    """A fake whose wall clock stands until it is turned.

    Attributes:
        now: the time on the wall clock.
        state: the state of the fake.
        client: client of the fake.
    """

    def __init__(self, **settings: Any) -> None:
        """Start the wall clock."""
        self.now = START
        self.state = State(Config(**settings), clock=lambda: self.now)
        self.client = app_of(self.state).test_client()

    def call(self, headers: dict[str, str] = ME) -> None:
        """Make a call, so that time moves something."""
        assert 200 == self.client.post("/v1/click_to_call", json=CALL, headers=headers).status_code

    def passed(self, headers: dict[str, str] = ME) -> tuple[int, int]:
        """Return the seconds that have passed for an account: on its clock, and as dial time."""
        clock = self.client.get(CLOCK, headers=headers).get_json()["now"] / 1_000
        account_id = account_id_of_token(headers["Authorization"].removeprefix("Bearer "))
        self.state.accounts.refresh(account_id)
        return round(clock - START), self.state.accounts.get(account_id).advanced_ms // 1_000


def ticks(ticker: Ticker, *fakes: Fake, count: int = 1, seconds: float = 0.5) -> None:
    """Let time pass, and tick after each of some pauses."""
    for _ in range(count):
        for fake in fakes:
            fake.now += seconds
        ticker.tick()


@pytest.fixture(name="fake")
def _fake() -> Fake:
    """Return a fake with an account that has made a call."""
    fake = Fake()
    fake.call()
    return fake


@pytest.fixture(name="ticker")
def _ticker(fake: Fake) -> Ticker:
    """Return a ticker of the fake that has ticked once, at a speed of 60."""
    ticker = Ticker(fake.state, 60)
    ticker.tick()
    return ticker


def test_a_minute_passes_each_second(fake: Fake, ticker: Ticker) -> None:
    """Clock and dial time run 60 times as fast as the wall clock; the first tick starts the count."""
    assert (0, 0) == fake.passed()
    ticks(ticker, fake)
    assert (30, 30) == fake.passed()
    ticks(ticker, fake, count=3)
    assert (120, 120) == fake.passed()


@given(speed=st.integers(1, 86_400), pauses=st.lists(st.floats(0.001, 60), max_size=12))
def test_no_time_is_lost(speed: int, pauses: list[float]) -> None:
    """However long the pauses are, the sum is exact to a millisecond of dial time."""
    fake = Fake()
    fake.call()
    ticker = Ticker(fake.state, speed)
    ticker.tick()
    for pause in pauses:
        ticks(ticker, fake, seconds=pause)
    (account_id,) = fake.state.accounts.ids()
    account = fake.state.accounts.get(account_id)
    advanced = (fake.now - START) * speed

    assert account.advanced_ms == pytest.approx(advanced * 1_000, abs=1.01)
    assert account.clock.now(fake.now) - START == pytest.approx(advanced, abs=0.01 + advanced * 1e-6)


def test_calls_end_while_time_passes(fake: Fake, ticker: Ticker) -> None:
    """A call ends without a change of the clock by anybody."""
    assert 1 == len(fake.client.get("/v1/live_calls", headers=ME).get_json())
    ticks(ticker, fake, count=20)

    assert [] == fake.client.get("/v1/live_calls", headers=ME).get_json()
    assert 1 == len(fake.client.get("/v1/call/records", headers=ME).get_json()["results"])


def test_sends_webhooks(fake: Fake, ticker: Ticker) -> None:
    """They are those of an advance by the admin API."""
    with WebhookReceiver() as receiver:
        webhook = {"url": receiver.url, "trigger": "hangup", "template": {"call": "$call_id"}}
        assert 201 == fake.client.post("/__admin/webhooks", json=webhook, headers=ME).status_code
        ticks(ticker, fake, count=20)
        receiver.assert_received("hangup", times=1)
        ticks(ticker, fake, count=20)
        receiver.assert_received("hangup", times=1)


def test_accounts_without_calls_stand_still(fake: Fake, ticker: Ticker) -> None:
    """Their clock runs as the wall clock, and they take no space."""
    assert 200 == fake.client.get("/v1/broadcast/lists", headers=OTHER).status_code
    ticks(ticker, fake, count=4)

    assert ((120, 120), (2, 0)) == (fake.passed(), fake.passed(OTHER))
    assert [account_id_of_token("me")] == fake.state.accounts.ids()


def test_frozen_clock_stands_still(fake: Fake, ticker: Ticker) -> None:
    """Who freezes the clock of an account stops its time, and goes on from there."""
    ticks(ticker, fake, count=2)
    fake.client.patch(CLOCK, json={"frozen": True}, headers=ME)
    ticks(ticker, fake, count=9)
    assert (60, 60) == fake.passed()
    fake.client.patch(CLOCK, json={"frozen": False}, headers=ME)
    ticks(ticker, fake, count=2)

    assert (120, 120) == fake.passed()


@pytest.mark.parametrize("jump", [-3_600.0, 61.0, 86_400.0])
def test_leaves_jumps_of_the_wall_clock_out(fake: Fake, ticker: Ticker, jump: float) -> None:
    """A machine that slept, or whose clock was set, does not dial for that time."""
    ticks(ticker, fake, count=2)
    ticks(ticker, fake, seconds=jump)
    assert 60 == fake.passed()[1]
    ticks(ticker, fake, count=2)

    assert 120 == fake.passed()[1]


def test_end_of_time_stops_one_account_only(fake: Fake, ticker: Ticker) -> None:
    """A clock at the end of the year 9999 stays there; others go on."""
    fake.call(OTHER)
    fake.client.patch(CLOCK, json={"now": "9999-12-31T23:59:50Z"}, headers=OTHER)
    ticks(ticker, fake, count=4)

    assert (120, 120) == fake.passed()
    assert 0 == fake.passed(OTHER)[1]


# Several workers


def test_one_of_two_workers_advances(tmp_path: Path) -> None:
    """Time runs as fast as with one; if that worker is killed, the other one takes over."""
    first, second = (Fake(store=f"sqlite:///{tmp_path}/fake.db") for _ in range(2))
    first.call()
    tickers = [Ticker(fake.state, 60) for fake in (first, second)]
    for number in range(5):
        first.now = second.now = START + number / 2
        for ticker in tickers:
            ticker.tick()
    assert (120, 120) == first.passed() == second.passed()

    for _ in range(20):
        second.now += 0.5
        tickers[1].tick()
    assert 300 < second.passed()[1] < 600
    for fake in (first, second):
        fake.state.close()


# The loop


def test_ticks_until_the_end(fake: Fake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A store that does not answer and an unexpected error end nothing; the error is logged."""
    ticker = Ticker(fake.state, 60)
    errors: list[Exception] = [StoreUnavailable("no answer"), ValueError("unexpected")]
    pauses: list[float] = []

    def tick() -> None:
        if errors:
            raise errors.pop(0)

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        return len(pauses) == 5

    monkeypatch.setattr(ticker, "tick", tick)
    ticker.run(wait)

    assert ([], 5) == (errors, len(pauses))
    assert min(pauses) >= 0.5
    assert ["unexpected error while accounts were advanced"] == [record.message for record in caplog.records]


@pytest.mark.slow
def test_serve_runs_at_a_speed(tmp_path: Path) -> None:
    """Two workers on a store advance an account with a call, while nobody changes its clock."""
    server = ServeProcess(store=f"sqlite:///{tmp_path}/fake.db", workers=2, speed=3_600)

    def send(method: str, path: str, **options: Any) -> Any:
        return requests.request(method, server.url + path, headers=ME, timeout=TIMEOUT_SECONDS, **options).json()

    started = send("GET", CLOCK)["now"]
    assert send("POST", "/v1/click_to_call", json=CALL)["success"]
    while send("GET", CLOCK)["now"] < started + 3_600_000:
        assert server.process.poll() is None
    assert [] == send("GET", "/v1/live_calls")
    server.process.terminate()

    assert (0, "", "") == server.wait()

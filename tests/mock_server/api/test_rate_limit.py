"""Requests beyond the rate limit of an account: which are counted, and how the others are rejected."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from smartflo_contract.coverage import Recorder, contract_cells
from smartflo_contract.mock_server import Config, CustomRoute, create_app
from smartflo_contract.mock_server.accounts.account_ids import account_id_of_token
from smartflo_contract.schemas import load_contract

from ..conftest import Reason  # noqa: TID252 - test folders are no packages
from .conftest import LEAD, LISTS, LOGIN, VENDORS, WRITES, Account, account_of, client_of

RATE_LIMIT = "/__admin/rate-limit"
NOON_MS = 1_772_346_600_000
NOON = "2026-03-01 12:00:00"
"""A time in India, and in milliseconds since the epoch."""
TOO_MANY = {"success": "false", "message": "Too many requests."}


@pytest.fixture(name="api")
def _api() -> Account:
    """Return an account with a frozen clock and a limit of three requests per second."""
    return limited(3)


def limited(limit: int, api: Account | None = None) -> Account:
    """Return an account with a frozen clock and a rate limit."""
    api = api or account_of()
    api.set_clock(now=NOON_MS, frozen=True)
    assert api("PUT", RATE_LIMIT, {"limit": limit}).status_code == 200
    return api


def statuses(api: Account, count: int, path: str = VENDORS) -> list[int]:
    """Return the statuses of some requests."""
    return [api("GET", path).status_code for _ in range(count)]


def remaining(api: Account) -> int:
    """Return how many requests of an account are accepted now."""
    return int(api("GET", RATE_LIMIT).get_json()["remaining"])


def log_in(client: FlaskClient, password: str = "any") -> TestResponse:  # noqa: S107 - it opens nothing
    """Log in."""
    return client.post(LOGIN, json={"email": "crm", "password": password})


# Which requests are accepted


def test_no_limit_by_default() -> None:
    """An account without a limit may send any number of requests."""
    assert {200} == set(statuses(account_of(), 50))


def test_frozen_clock_accepts_as_many_as_the_limit(api: Account) -> None:
    """No time passes on a frozen clock: the requests beyond the limit are rejected with the documented body."""
    assert [200, 200, 200, 429, 429] == statuses(api, 5)
    response = api("GET", VENDORS)

    assert (429, TOO_MANY) == (response.status_code, response.get_json())
    assert "documented" == response.headers["X-Smartflo-Fake-Evidence"]
    assert "Retry-After" not in response.headers


def test_clock_fills_the_budget(api: Account) -> None:
    """A third of a second on the account's clock is a request more, and an hour is not more than a second."""
    statuses(api, 3)
    counts = []
    for seconds in (1 / 3, 0.1, 0.2, 1 / 30, 1, 3_600):
        api.set_clock(advance=seconds)
        counts.append(statuses(api, 4).count(200))

    assert [1, 0, 0, 1, 3, 3] == counts


def test_running_clock_fills_the_budget() -> None:
    """The clock of an account without settings of its own runs with the wall clock."""
    app = create_app(Config(rate_limit=2))
    state = app.extensions["smartflo_contract"]
    wall = NOON_MS / 1_000
    state.clock = lambda: wall
    api = Account(app.test_client())

    assert [200, 200, 429] == statuses(api, 3)
    wall += 0.5
    assert [200, 429] == statuses(api, 2)


def test_clock_that_is_set_back_goes_on_filling(api: Account) -> None:
    """The budget does not grow, and is full a second later on the new time, although the old time is far away."""
    statuses(api, 3)
    api.set_clock(now=NOON_MS - 10**11)
    assert [429] == statuses(api, 1)
    api.set_clock(advance=1)

    assert [200, 200, 200, 429] == statuses(api, 4)


def test_accounts_have_budgets_of_their_own(api: Account) -> None:
    """The requests of one account leave the budget of another one as it is."""
    other = limited(2, Account(api.client))
    statuses(api, 9)

    assert [200, 200, 429] == statuses(other, 3)
    assert {200} == set(statuses(Account(api.client), 9))


@pytest.mark.parametrize(
    "request_line",
    [f"GET {VENDORS}", f"GET {LISTS}", "GET /v1/broadcast/dnd/leads", *(line for line in WRITES if LOGIN not in line)],
)
def test_all_routes_share_the_budget(request_line: str) -> None:
    """Reads and writes count, whether they succeed or fail."""
    method, _, path = request_line.partition(" ")
    api = limited(1)
    api(method, path, None if method == "GET" else {})

    assert [429] == statuses(api, 1)


def test_logins_share_the_budget() -> None:
    """A login is a request of the account that its token selects."""
    client = create_app(Config(rate_limit=2)).test_client()
    client.patch("/__admin/clock?login=crm", json={"frozen": True})
    api = Account(client, log_in(client).get_json()["access_token"])

    assert [200, 429] == statuses(api, 2)
    assert 429 == log_in(client).status_code


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/broadcast/leads/1", None),
        ("GET", "/v1/broadcast/leads/900000500", None),
        ("GET", "/v1/broadcast/leads/900000429", None),
        ("HEAD", VENDORS, None),
        ("GET", f"{VENDORS}/", None),
        ("GET", f"{VENDORS}?number=5550000001", None),
        ("POST", f"{LEAD}/8668", {"priority": 99}),
        ("POST", "/v1/auth/refresh", None),
        ("POST", "/v1/auth/logout", None),
    ],
)
def test_counts_requests_that_fail(method: str, path: str, body: object, api: Account) -> None:
    """A request counts whatever its response is."""
    api(method, path, body)

    assert 2 == remaining(api)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("OPTIONS", VENDORS, {}),
        ("GET", "/v1/broadcast/leeds/8668", {}),
        ("PUT", LISTS, {}),
        ("GET", "/", {}),
        ("GET", "/__admin/lists", {}),
        ("GET", VENDORS, {"Authorization": ""}),
        ("GET", VENDORS, {"Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_does_not_count_other_requests(method: str, path: str, headers: dict[str, str], api: Account) -> None:
    """Requests to the admin API, to no route of the vendor, or without an accepted token leave the budget unchanged."""
    api(method, path, **headers)

    assert 3 == remaining(api)


def test_does_not_count_requests_with_rejected_tokens() -> None:
    """An expired token gets 401 also when nothing is left of the budget, and leaves it unchanged."""
    client = create_app(Config(rate_limit=2)).test_client()
    api = Account(client, f"Bearer {log_in(client).get_json()['access_token']}")
    api.set_clock(advance=7_200, frozen=True)

    assert [401] * 4 == statuses(api, 4)
    assert 2 == remaining(api)


def test_admin_requests_are_never_limited(api: Account) -> None:
    """A test can inspect an account whose budget is spent, and refill it."""
    statuses(api, 4)
    assert {200} == {api("GET", "/__admin/requests").status_code for _ in range(5)}
    assert 200 == api("PUT", RATE_LIMIT, {"limit": 3}).status_code
    assert [200] == statuses(api, 1)


def test_rejected_write_changes_nothing(api: Account) -> None:
    """A write beyond the limit is not done."""
    statuses(api, 3)
    assert 429 == api("DELETE", "/v1/broadcast/list/8668").status_code
    api.set_clock(advance=1)

    assert 25 == len(api.leads())


def test_rejected_requests_meet_no_fault(api: Account) -> None:
    """Fault rules count the requests that are accepted."""
    api("PUT", "/__admin/faults", {"rules": [{"steps": ["ok", "ok", "ok", "503"]}]})
    first = statuses(api, 5)
    api.set_clock(advance=1)

    assert [200, 200, 200, 429, 429] == first
    assert [503, 200, 200, 429] == statuses(api, 4)


def test_routes_of_the_user_share_the_budget(api: Account) -> None:
    """A route that a user added stands for one of the vendor."""
    route = {"method": "GET", "path": "/v1/contacts", "json": []}
    assert api("PUT", "/__admin/routes", {"routes": [route]}).status_code == 200

    assert [200, 200, 200, 429] == statuses(api, 4, "/v1/contacts")
    assert [429] == statuses(api, 1)


@pytest.mark.parametrize("path", [VENDORS, "/v1/contacts"])
def test_requests_without_token_have_a_budget(path: str) -> None:
    """With auth off, requests without a token are those of one account."""
    route = CustomRoute("GET", "/v1/contacts", json=[], auth="off")
    app = create_app(Config(auth="off", rate_limit=2, routes=[route]))
    app.extensions["smartflo_contract"].clock = lambda: 1.0
    client = app.test_client()

    assert [200, 200, 429] == [client.get(path).status_code for _ in range(3)]


def test_cached_reads_count(api: Account) -> None:
    """A list whose body is cached is read by as many requests as any other, also with an entity tag."""
    warm = account_of()
    etag = warm("GET", VENDORS).headers["ETag"]
    answers = [api("GET", VENDORS, If_None_Match=etag).status_code for _ in range(4)]

    assert [304, 304, 304, 429] == answers


def test_mutant_counts_once(api: Account) -> None:
    """A request whose response a mutant changes is one request."""
    api("PUT", "/__admin/mutant", {"mutant": "lead_id:remove"})

    assert [200, 200, 200, 429] == statuses(api, 4)


def test_read_only_fake_limits_nothing() -> None:
    """A fake that stores nothing cannot count, also if another fake on its store has set a limit."""
    app = create_app(Config(read_only=True))
    accounts = app.extensions["smartflo_contract"].accounts
    with accounts.edit(account_id_of_token("me")) as account:
        account.settings = type(account.settings)(rate_limit=1)

    assert {200} == set(statuses(Account(app.test_client(), "me"), 5))


# How requests are rejected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, "1 request per second; the next one is accepted in 1 s, at 2026-03-01T06:30:01.000+00:00 on its clock"),
        (4, "4 requests per second; the next one is accepted in 0.25 s, at 2026-03-01T06:30:00.250+00:00 on its clock"),
        (
            7,
            "7 requests per second; the next one is accepted in 0.143 s, at 2026-03-01T06:30:00.143+00:00 on its clock",
        ),
    ],
)
def test_reason_states_when_the_next_request_is_accepted(limit: int, expected: str, reason: Reason) -> None:
    """It is in the header and in the journal; at that time on the account's clock, a request is accepted."""
    api = limited(limit)
    statuses(api, limit)
    response = api("POST", f"{LEAD}/8668", {"field_0": "5550000042"})
    (recorded,) = api("GET", "/__admin/requests?limit=1&order=newest").get_json()["requests"]

    assert f"the rate limit of this account is {expected}" == reason(response)
    assert (429, reason(response)) == (recorded["response"]["status"], recorded["response"]["reason"])
    assert {"field_0": "5550000042"} == recorded["body"]
    time = reason(response).partition(" at ")[2].partition(" on")[0]
    api.set_clock(now=time)
    assert [200, 429] == statuses(api, 2)


def test_quirk_sets_type_of_success(api: Account) -> None:
    """Under rate_limit_success=boolean, success is a boolean as in all other errors."""
    api("PATCH", "/__admin/quirks", {"rate_limit_success": "boolean"})
    statuses(api, 3)

    assert TOO_MANY | {"success": False} == api("GET", VENDORS).get_json()


@pytest.mark.parametrize("limit", [1, 3])
def test_quirk_adds_retry_after(limit: int) -> None:
    """Under rate_limit_retry_after=seconds, the header has whole seconds, after which a request is accepted."""
    api = limited(limit)
    api("PATCH", "/__admin/quirks", {"rate_limit_retry_after": "seconds"})
    statuses(api, limit)
    response = api("GET", VENDORS)

    assert (429, "1") == (response.status_code, response.headers["Retry-After"])
    assert "assumed" == response.headers["X-Smartflo-Fake-Evidence"]
    api.set_clock(advance=int(response.headers["Retry-After"]))
    assert [200] == statuses(api, 1)


def test_login_states_retry_after() -> None:
    """A login beyond the limit has the time of the next one in India; it is not counted as a failed login."""
    client = create_app(Config(rate_limit=2)).test_client()
    clock = "/__admin/clock?login=crm"
    client.patch(clock, json={"now": NOON_MS + 300, "frozen": True})
    answers = [log_in(client, "wrong") for _ in range(7)]
    rejected = answers[-1]

    assert [401, 401, 429, 429, 429, 429, 429] == [answer.status_code for answer in answers]
    assert TOO_MANY | {"retry_after": "2026-03-01 12:00:01"} == rejected.get_json()
    assert "observed" == rejected.headers["X-Smartflo-Fake-Evidence"]
    retry_after = datetime.strptime(f"{rejected.get_json()['retry_after']} +0530", "%Y-%m-%d %H:%M:%S %z")
    client.patch(clock, json={"now": retry_after.isoformat()})
    assert 3 == log_in(client, "wrong").get_json()["login_failed_count"]
    client.patch(clock, json={"advance": 1})
    assert 200 == log_in(client).status_code


def test_lockout_lasts_until_its_stated_end(api: Account) -> None:
    """A client that waits until retry_after can log in: a part of a second is rounded up."""
    email = api.headers["Authorization"]
    clock = f"/__admin/clock?login={email}"
    api.client.patch(clock, json={"now": NOON_MS + 300, "frozen": True})
    for _ in range(6):
        locked = api("POST", LOGIN, {"email": email, "password": "wrong"})
    end = datetime.fromisoformat(f"{NOON}+05:30") + timedelta(seconds=601)

    assert end.strftime("%Y-%m-%d %H:%M:%S") == locked.get_json()["retry_after"]
    api.client.patch(clock, json={"now": end.isoformat()})
    assert 200 == api("POST", LOGIN, {"email": email, "password": "any"}).status_code


def test_login_with_invalid_body_does_not_count() -> None:
    """Its account is unknown, or nobody has tried to log in."""
    client = create_app(Config(rate_limit=1)).test_client()
    client.patch("/__admin/clock?login=crm", json={"frozen": True})
    for data in (b"{", b"{}", b'{"email": "crm"}'):
        assert client.post(LOGIN, data=data).status_code in {400, 422}

    assert [200, 429] == [log_in(client).status_code for _ in range(2)]


def test_clock_at_the_end_of_time(api: Account, reason: Reason) -> None:
    """The clock stops at the end of the year 9999, and the reason still states a time with four digits."""
    api.set_clock(now="9999-12-31T23:59:59Z")
    statuses(api, 3)

    assert "9999-12-31T23:59:59.000+00:00" in reason(api("GET", VENDORS))


def test_rejected_request_is_in_value_coverage() -> None:
    """The status is a cell, as the values of the quirks are that shape the response."""
    recorder = Recorder()
    api = limited(1, Account(create_app(observer=recorder).test_client()))
    statuses(api, 2)

    cells = contract_cells(load_contract())
    mask = recorder.copy().served_mask(cells, None)
    served = {cell.id for number, cell in enumerate(cells.cells) if mask >> number & 1}
    assert {"status:429", "quirk:rate_limit_success=text", "quirk:rate_limit_retry_after=none"} <= served


# Every way to read


REQUESTS = st.lists(
    st.sampled_from([VENDORS, f"{VENDORS}/", LISTS, "/v1/broadcast/leads/1"]) | st.integers(-10_000, 1_500),
    max_size=30,
)
"""Paths to read, and milliseconds by which the clock is advanced or set back."""


@given(limit=st.integers(1, 6), steps=REQUESTS)
def test_accepts_what_a_model_accepts(limit: int, steps: list[Any]) -> None:
    """Under any sequence of requests and changes of the clock, the fake is like a bucket in milliseconds."""
    api, now = limited(limit, Account(client_of())), NOON_MS
    level, at, size = limit * 1_000, now, limit * 1_000
    for step in steps:
        if isinstance(step, int):
            now = api.set_clock(now=now + step)
        else:
            level, at = min(level + max(now - at, 0) * limit, size), now
            is_accepted = level >= 1_000
            level -= 1_000 * is_accepted
            assert is_accepted == (api("GET", step).status_code != 429)
        assert min(level + max(now - at, 0) * limit, size) // 1_000 == remaining(api)

"""Accounts behind tokens: refresh, logout, failures, lock-outs and configured logins."""

import json
import threading
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smartflo_contract.mock_server import Config, FakeSmartflo, Login, create_app
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.http.lockout import LOCKOUT_SECONDS

VENDORS = "/v1/broadcast/leads/8668"
GOOD = "any"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        """Begin some time in 2023."""
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        """Return seconds since the epoch."""
        return self.now


@pytest.fixture(name="clock")
def _clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of every fake that the test makes."""
    clock = Clock()
    begin = State.__init__
    monkeypatch.setattr(State, "__init__", lambda self, config: begin(self, config, clock))
    return clock


def client_of(**settings: Any) -> FlaskClient:
    """Return a client of a fake in this process."""
    return create_app(Config(**settings)).test_client()


def log_in(client: FlaskClient, password: str = GOOD, email: str = "crm@example.com") -> TestResponse:
    """Log in."""
    return client.post("/v1/auth/login", json={"email": email, "password": password})


def token(client: FlaskClient, **more: str) -> str:
    """Return a token."""
    return str(log_in(client, **more).get_json()["access_token"])


def bearer(token: str) -> dict[str, str]:
    """Return the headers of a request with a token."""
    return {"Authorization": f"Bearer {token}"}


def subject(token: str) -> str:
    """Return the account that a token names."""
    return str(jwt.decode(token, options={"verify_signature": False})["sub"])


def test_second_login_is_the_same_account() -> None:
    """Two logins of one id, also at two fakes of one seed, select one account; another id another."""
    client = client_of()

    assert subject(token(client)) == subject(token(client_of()))
    assert subject(token(client)) != subject(token(client, email="other@example.com"))


def test_refresh_stays_in_the_account() -> None:
    """Refreshing answers a new token of the same account; the old one still works."""
    client = client_of()
    first = token(client)
    answer = client.post("/v1/auth/refresh", headers=bearer(first))
    second = answer.get_json()["access_token"]

    assert (200, "assumed") == (answer.status_code, answer.headers["X-Smartflo-Fake-Evidence"])
    assert {"success", "access_token", "token_type", "expires_in"} == answer.get_json().keys()
    assert first != second
    assert subject(first) == subject(second)
    assert [200, 200] == [client.get(VENDORS, headers=bearer(one)).status_code for one in (first, second)]


def test_refresh_of_any_text() -> None:
    """Any text is a token, raw or after Bearer, so it can be refreshed: always into the same account."""
    client = client_of()
    subjects = {
        subject(client.post("/v1/auth/refresh", headers={"Authorization": form}).get_json()["access_token"])
        for form in ("abc", "Bearer abc", "bearer  abc")
    }

    assert len(subjects) == 1


@pytest.mark.parametrize("path", ["/v1/auth/refresh", "/v1/auth/logout"])
def test_no_token(path: str) -> None:
    """Without a token there is nothing to refresh, and nobody to log out."""
    assert client_of().post(path).status_code == 401


def test_logout() -> None:
    """A token that was logged out is refused; another of the same account is not."""
    client = client_of()
    gone, kept = token(client), token(client)
    answer = client.post("/v1/auth/logout", headers=bearer(gone))

    assert (200, {"success": True, "message": "Successfully logged out"}) == (answer.status_code, answer.get_json())
    assert [401, 200] == [client.get(VENDORS, headers=bearer(one)).status_code for one in (gone, kept)]
    assert client.post("/v1/auth/refresh", headers=bearer(gone)).status_code == 401


def test_logout_of_any_text() -> None:
    """Any text stays a token: a fake that forgot it for ever would help nobody."""
    client = client_of()

    assert [200, 200] == [
        client.post("/v1/auth/logout", headers=bearer("abc")).status_code,
        client.get(VENDORS, headers=bearer("abc")).status_code,
    ]


def test_logged_out_tokens_are_forgotten_when_they_expire(clock: Clock) -> None:
    """What has expired is refused anyway, and need not be remembered."""
    client = client_of()
    old = token(client)
    client.post("/v1/auth/logout", headers=bearer(old))
    clock.now += 3_600
    answer = client.get(VENDORS, headers=bearer(old))

    assert (401, "Token has expired") == (answer.status_code, answer.get_json()["message"])


def test_expired_token_with_status_200(clock: Clock) -> None:
    """Under the quirk an expired token is an error with status 200, everywhere."""
    client = client_of(quirks={"expired_token": 200})
    old = token(client)
    clock.now += 3_600

    for answer in (client.get(VENDORS, headers=bearer(old)), client.post("/v1/auth/refresh", headers=bearer(old))):
        assert (200, {"success": False, "message": "Token has expired"}) == (answer.status_code, answer.get_json())
        assert answer.headers["X-Smartflo-Fake-Evidence"] == "observed"


@pytest.mark.parametrize(("scheme", "statuses"), [("any", [200, 200]), ("bearer", [401, 200]), ("raw", [200, 401])])
def test_auth_scheme(scheme: str, statuses: list[int]) -> None:
    """The quirk says in which form a token is taken."""
    client = client_of(quirks={"auth_scheme": scheme})

    assert statuses == [
        client.get(VENDORS, headers={"Authorization": form}).status_code for form in ("abc", "Bearer abc")
    ]


def test_failures_are_counted_until_one_succeeds() -> None:
    """Each failure in a row says how many there were; a success begins anew; login ids are apart."""
    client = client_of()
    counts = [log_in(client, "wrong").get_json()["login_failed_count"] for _ in range(3)]
    other = log_in(client, "wrong", email="other@example.com").get_json()["login_failed_count"]

    assert ([1, 2, 3], 1) == (counts, other)
    assert log_in(client).status_code == 200
    assert log_in(client, "wrong").get_json()["login_failed_count"] == 1


def test_plain_failure() -> None:
    """Under the quirk a failure is the other documented body."""
    answer = log_in(client_of(quirks={"login_failure": "plain"}), "wrong")

    assert (401, {"success": False, "message": "Invalid credentials"}) == (answer.status_code, answer.get_json())


def test_lock_out(clock: Clock) -> None:
    """Five failures lock a login id out for ten minutes, the right password too; retry_after is Indian time."""
    client = client_of()
    failures = [log_in(client, "wrong").status_code for _ in range(5)]
    locked = log_in(client)
    retry_after = datetime.strptime(f"{locked.get_json()['retry_after']} +0530", "%Y-%m-%d %H:%M:%S %z")

    assert [401] * 5 == failures
    assert (429, "assumed") == (locked.status_code, locked.headers["X-Smartflo-Fake-Evidence"])
    assert timedelta(seconds=LOCKOUT_SECONDS) == timedelta(seconds=retry_after.timestamp() - clock.now)
    assert log_in(client, email="other@example.com").status_code == 200

    clock.now += LOCKOUT_SECONDS - 1

    assert log_in(client).status_code == 429

    clock.now += 1

    assert log_in(client, "wrong").get_json()["login_failed_count"] == 1
    assert log_in(client).status_code == 200


def test_lock_out_with_status_401() -> None:
    """Under the quirk a lock-out has the status of any refusal, and retry_after."""
    client = client_of(quirks={"lockout": 401})
    answers = [log_in(client, "wrong") for _ in range(6)]

    assert (401, True) == (answers[-1].status_code, "retry_after" in answers[-1].get_json())


@pytest.mark.parametrize("settings", [{"quirks": {"lockout": "off"}}, {"read_only": True}], ids=["off", "read-only"])
def test_no_lock_out(settings: dict[str, Any]) -> None:
    """Without lock-out, and where nothing is remembered, any number of failures may come first."""
    client = client_of(**settings)

    assert [401] * 9 == [log_in(client, "wrong").status_code for _ in range(9)]
    assert log_in(client).status_code == 200


def test_read_only_counts_and_forgets_nothing() -> None:
    """A read-only fake counts every failure as the first, and takes a token after its logout."""
    client = client_of(read_only=True)
    kept = token(client)
    client.post("/v1/auth/logout", headers=bearer(kept))

    assert [1, 1] == [log_in(client, "wrong").get_json()["login_failed_count"] for _ in range(2)]
    assert client.get(VENDORS, headers=bearer(kept)).status_code == 200


def test_configured_logins() -> None:
    """Where logins are configured, no other is taken."""
    client = client_of(logins=(Login("crm", "open"), Login("etl", "wrong")))
    tried = [("crm", "open"), ("etl", "wrong"), ("crm", "wrong"), ("etl", "open"), ("nobody", "open")]

    assert [200, 200, 401, 401, 401] == [log_in(client, password, email=email).status_code for email, password in tried]


def test_passwords_are_not_shown() -> None:
    """The password of a configured login is in no representation of the configuration."""
    assert "opensesame" not in repr(Config(logins=(Login("crm", "opensesame"),)))


def test_failures_at_the_same_time() -> None:
    """Failures that come at once are all counted."""
    barrier = threading.Barrier(4)
    with FakeSmartflo(Config(quirks={"lockout": "off"})) as fake:
        counts: list[int] = []

        def fail() -> None:
            import requests  # noqa: PLC0415

            barrier.wait(30)
            body = json.dumps({"email": "crm", "password": "wrong"})
            for _ in range(10):
                answer = requests.post(f"{fake.url}/v1/auth/login", data=body, timeout=30)
                counts.append(answer.json()["login_failed_count"])

        threads = [threading.Thread(target=fail) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert list(range(1, 41)) == sorted(counts)

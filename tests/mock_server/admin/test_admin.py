"""The admin API: what may be asked of the fake itself, by whom, and what it changes."""

import json
import re
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from smartflo_contract import __version__
from smartflo_contract.mock_server import Config, FakeSmartflo, create_app
from smartflo_contract.mock_server.admin.openapi import admin_openapi
from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES
from smartflo_contract.schemas import load_contract

CLOCK = "/__admin/clock"
VENDORS = "/v1/broadcast/leads/8668"
ME = {"Authorization": "Bearer me"}
NOON = 1_700_000_000_000


def client_of(**settings: Any) -> FlaskClient:
    """Return a client of a fake in this process."""
    return create_app(Config(**settings)).test_client()


def turn(client: FlaskClient, who: dict[str, str] | None = None, **changes: object) -> TestResponse:
    """Change an account's clock."""
    return client.patch(CLOCK, json=changes, headers=ME if who is None else who)


def now(client: FlaskClient, who: dict[str, str] | None = None) -> int:
    """Return what an account's clock shows, in epoch ms."""
    return int(client.get(CLOCK, headers=ME if who is None else who).get_json()["now"])


def token_of_login(client: FlaskClient) -> dict[str, str]:
    """Log in and return the headers of a request with the token."""
    body = client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).get_json()
    return {"Authorization": f"Bearer {body['access_token']}"}


@pytest.mark.parametrize("path", ["/__admin/health", "/__admin/ready"])
def test_health(path: str) -> None:
    """Health and readiness need no token, and are no answers of the vendor's."""
    answer = client_of().get(path)

    assert (200, {"status": "ok"}) == (answer.status_code, answer.get_json())
    assert "X-Smartflo-Fake-Evidence" not in answer.headers


def test_version() -> None:
    """The version, and what the fake is made of, are told."""
    body = client_of(profile="lenient", seed=7).get("/__admin/version").get_json()

    assert {"version": __version__, "profile": "lenient", "seed": 7, "read_only": False} == body


def test_contract() -> None:
    """The contract of the fake is told, or that of another profile; an unknown one is a problem."""
    client = client_of(profile="documented")

    assert load_contract("documented").schema("leads", annotated=True) == client.get("/__admin/contract").get_json()
    assert load_contract().schema("leads", annotated=True) == client.get("/__admin/contract?profile=sample").get_json()
    assert "unknown profile `x`" in client.get("/__admin/contract?profile=x").get_json()["detail"]


def test_tokens_expire_when_the_clock_goes_on() -> None:
    """After an hour of the account's clock its token has expired; a clock that goes back makes it good again."""
    client = client_of()
    token = token_of_login(client)
    turn(client, token, now=now(client, token) + 3_600_000)

    assert 401 == client.get(VENDORS, headers=token).status_code
    turn(client, token, now=now(client, token) - 3_600_000)
    assert 200 == client.get(VENDORS, headers=token).status_code


def test_a_lock_out_ends_when_the_clock_goes_on() -> None:
    """Ten minutes of the account's clock end its lock-out."""
    client = client_of()
    token = token_of_login(client)
    for _ in range(5):
        client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})

    assert 429 == client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).status_code
    turn(client, token, advance=600)
    assert 200 == client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).status_code


def test_batches_and_new_leads_follow_the_clock() -> None:
    """What is written has the account's time, and a batch is completed when that goes on."""
    client = client_of()
    turn(client, now=NOON, frozen=True)
    data = {"data": [{"field_0": "5550000042"}]}
    batch = client.post("/v1/broadcast/leads/8669", json=data, headers=ME).get_json()["batch_id"]
    path = f"/v1/broadcast/batch_status/{batch}"
    lead = client.get("/v1/broadcast/leads/8669", headers=ME).get_json()[-1]

    assert {"$date": {"$numberLong": str(NOON)}} == lead["created_at"]
    assert "processing" in client.get(path, headers=ME).get_json()["message"]
    turn(client, advance=2)
    assert "completed" in client.get(path, headers=ME).get_json()["message"]


def test_a_frozen_clock_stands() -> None:
    """A frozen clock shows the same at each look, can be set and advanced, and goes on from there."""
    client = client_of()
    frozen = turn(client, now=NOON, frozen=True).get_json()

    assert {"now": NOON, "time": "2023-11-14T22:13:20.000+00:00", "frozen": True} == frozen
    assert [NOON, NOON] == [now(client), now(client)]
    assert NOON + 1_500 == turn(client, advance=1.5).get_json()["now"]
    running = turn(client, frozen=False).get_json()
    assert not running["frozen"]
    assert 0 <= now(client) - (NOON + 1_500) < 60_000


def test_each_account_has_its_own_clock() -> None:
    """Turning one clock turns no other."""
    client = client_of()
    other = {"Authorization": "other"}
    turn(client, now=NOON, frozen=True)

    assert now(client, other) > NOON + 10**10
    assert NOON == now(client, {"Authorization": "me"})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "body: expected at least one of now, advance, frozen; for example"),
        ({"advanse": 1}, "choose from now, advance, frozen. Did you mean `advance`?"),
        ({"now": "soon"}, "now: expected a time such as 2026-03-01T09:30:00+05:30, got soon"),
        ({"now": [1]}, "; expected: epoch ms, a whole number within the years 1 to 9999"),
        ({"now": 1.5}, "; expected: epoch ms, a whole number within the years 1 to 9999"),
        ({"now": True}, "; expected: epoch ms, a whole number within the years 1 to 9999"),
        ({"now": 10**15}, "; expected: epoch ms, a whole number within the years 1 to 9999"),
        ({"advance": -1}, "expected: seconds, 0 or more; to go back, set now"),
        ({"advance": None}, "advance: null is not of type"),
        ({"advance": 10**12}, "the time must be within the years 1 to 9999"),
        ({"frozen": 1}, "frozen: 1 is not of type"),
    ],
)
def test_a_clock_that_cannot_be(changes: dict[str, Any], told: str) -> None:
    """A wrong change is a problem that says what is expected, and the clock stays as it was."""
    client = client_of()
    turn(client, now=NOON, frozen=True)
    answer = turn(client, **changes)

    assert (422, "application/problem+json") == (answer.status_code, answer.headers["Content-Type"])
    assert told in answer.get_json()["detail"]
    assert NOON == now(client)


@pytest.mark.parametrize(
    ("data", "status"), [(b"", 400), (b"{", 400), (b"[]", 422), (b"NaN", 400), (b"\xff", 400), (b" " * 70_000, 413)]
)
def test_a_body_that_cannot_be(data: bytes, status: int) -> None:
    """A body that is no JSON, no object, or too large, is a problem."""
    answer = client_of().patch(CLOCK, data=data, headers=ME)

    assert (status, status) == (answer.status_code, answer.get_json()["status"])


def test_a_clock_of_nobody() -> None:
    """Without a token it is not known whose clock is meant; where no token is needed there is one for all."""
    open_to_all = client_of(auth="off")

    assert 401 == client_of().get(CLOCK).status_code
    assert NOON == turn(open_to_all, {}, now=NOON, frozen=True).get_json()["now"]


def test_reset() -> None:
    """An account that is reset is as it was at first, clock and leads; without a token all are."""
    client = client_of()
    other = {"Authorization": "other"}
    for who in (ME, other):
        turn(client, who, now=NOON, frozen=True)
        client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=who)

    def leads() -> list[int]:
        return [len(client.get("/v1/broadcast/leads/8669", headers=who).get_json()) for who in (ME, other)]

    assert [6, 6] == leads()
    assert {"status": "ok"} == client.post("/__admin/reset", headers=ME).get_json()
    assert [5, 6] == leads()
    assert now(client) > NOON + 10**10
    assert {"status": "ok"} == client.post("/__admin/reset").get_json()
    assert [5, 5] == leads()


def test_read_only() -> None:
    """What is read-only has no clock to turn and nothing to reset."""
    client = client_of(read_only=True)

    assert [409, 409, 200] == [
        turn(client, advance=1).status_code,
        client.post("/__admin/reset").status_code,
        client.get(CLOCK, headers=ME).status_code,
    ]


@pytest.mark.parametrize("path", ["/__admin", "/__admin/", "/__admin/clok", "/__admin/clock/now"])
def test_unknown_routes(path: str) -> None:
    """An unknown admin route is a problem that says what may be meant, and where all are."""
    answer = client_of().get(path)

    assert (404, "application/problem+json") == (answer.status_code, answer.headers["Content-Type"])
    assert "GET /__admin/openapi lists all" in answer.get_json()["detail"]
    assert "clo" not in path or "Did you mean `GET /__admin/clock`?" in answer.get_json()["detail"]


def test_unknown_methods() -> None:
    """A method that a route does not have is a problem too, and says which it has."""
    answer = client_of().delete(CLOCK)

    assert (405, "GET, HEAD, PATCH") == (answer.status_code, answer.headers["Allow"])
    assert (
        "there is no route DELETE /__admin/clock; this path has the methods GET, HEAD, PATCH"
        == answer.get_json()["detail"]
    )


@pytest.mark.parametrize("header", ["", " ", "Bearer", "Bearer ", "Bearer cl\u00e9"])
@pytest.mark.parametrize(("method", "path"), [("POST", "reset"), ("DELETE", "requests"), ("GET", "snapshot")])
def test_a_token_that_is_none(header: str, method: str, path: str) -> None:
    """A header without a token does not mean all accounts: a test whose token is empty must not reset the others."""
    client = client_of()
    turn(client, now=NOON, frozen=True)
    answer = client.open(f"/__admin/{path}", method=method, headers={"Authorization": header})

    assert 401 == answer.status_code
    assert "the Authorization header holds no token" in answer.get_json()["detail"]
    assert NOON == now(client)


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        (
            "reset?acount=0123456789ab",
            None,
            "acount: unknown parameter; choose from account, login. Did you mean `account`?",
        ),
        ("reset", {"account": "0123456789ab"}, "this route accepts no body"),
        ("reset", [], "this route accepts no body"),
    ],
)
def test_what_means_nothing(path: str, body: object, told: str) -> None:
    """A parameter or a body that means nothing is refused, and nothing is forgotten."""
    client = client_of()
    turn(client, now=NOON, frozen=True)
    answer = client.post(f"/__admin/{path}", json=body)

    assert 422 == answer.status_code
    assert told in answer.get_json()["detail"]
    assert NOON == now(client)
    assert 200 == client.post("/__admin/reset", json={}).status_code


def test_an_account_by_its_login() -> None:
    """An account is named by its login id as well, before it has logged in."""
    client = client_of()
    client.patch(f"{CLOCK}?login=crm", json={"now": NOON, "frozen": True})

    assert NOON == now(client, token_of_login(client))


@pytest.mark.parametrize("time", ["2023-11-14T22:13:20Z", "2023-11-15T03:43:20+05:30", "2023-11-14T22:13:20"])
def test_a_clock_set_by_the_time(time: str) -> None:
    """A clock is set by a time in ISO 8601 too, in UTC where it names no zone."""
    assert NOON == turn(client_of(), now=time, frozen=True).get_json()["now"]


def test_before_1970() -> None:
    """A login before 1970 is refused as any, and counted."""
    client = client_of()
    client.patch(f"{CLOCK}?login=crm", json={"now": "1960-01-01"})
    answer = client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})

    assert (401, 1) == (answer.status_code, answer.get_json()["login_failed_count"])


@pytest.mark.parametrize("query", ["login=", "login=crm&account=0123456789ab"])
def test_an_account_in_two_ways(query: str) -> None:
    """An empty login id, as of a variable that is not set, is no account, and two names are one too many."""
    assert 422 == client_of().post(f"/__admin/reset?{query}").status_code


def test_the_end_of_time() -> None:
    """No clock goes beyond the year 9999, by itself neither, and whatever it tells can be told."""
    client = client_of()
    turn(client, now=253_402_300_799_000)
    for _ in range(5):
        client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})
    client.patch(f"{CLOCK}?login=crm", json={"now": 253_402_300_790_000, "frozen": True})
    for _ in range(6):
        locked = client.post("/v1/auth/login", json={"email": "crm", "password": "wrong"})

    assert "9999-12-31T23:59:59.000+00:00" == client.get(CLOCK, headers=ME).get_json()["time"]
    assert "2026-03-01T00:00:00.000+00:00" == turn(client, now="2026-03-01").get_json()["time"]
    assert 200 == client.get("/__admin/accounts").status_code
    assert (429, "9999-") == (locked.status_code, locked.get_json()["retry_after"][:5])


def test_a_path_beside_the_admin_api() -> None:
    """What only begins like the admin API is the vendor's to answer."""
    assert {"success": False, "message": "Not found."} == client_of().get("/__administration").get_json()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "[", "192.0.2.1"])
def test_another_name_for_this_machine(host: str) -> None:
    """A page that has its own name resolve to loopback reads and changes nothing here."""
    client = client_of()

    assert 403 == client.get("/__admin/version", headers={"Host": host}).status_code
    assert 403 == client.post("/__admin/reset", headers={"Host": host}).status_code


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_a_page_from_elsewhere(origin: str) -> None:
    """A page from elsewhere can send a request here without reading the answer; it is refused as well."""
    assert 403 == client_of().post("/__admin/reset", headers={"Origin": origin}).status_code


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8080", "127.0.0.1:9", "[::1]:80", "fake.localhost", "127.1.2.3"]
)
def test_names_of_this_machine(host: str) -> None:
    """Every name of loopback will do, and browsers are granted nothing."""
    answer = client_of().get("/__admin/version", headers={"Host": host, "Origin": f"http://{host}"})

    assert 200 == answer.status_code
    assert not [name for name in answer.headers.keys() if name.startswith("Access-")]  # noqa: SIM118 - no mapping


def test_other_addresses_need_a_token() -> None:
    """Where others reach the fake, the admin API answers to the admin token alone, whatever the Host."""
    closed = client_of(host="0.0.0.0")  # noqa: S104 - nothing listens
    opened = client_of(host="0.0.0.0", admin_token="s3same")  # noqa: S104 - it opens nothing
    told = closed.get("/__admin/version").get_json()["detail"]

    assert "start it with an admin token (SMARTFLO_ADMIN_TOKEN)" in told
    assert [403, 403, 200] == [
        opened.get("/__admin/version", headers=headers).status_code
        for headers in ({}, {"X-Smartflo-Admin-Token": "wrong"}, {"X-Smartflo-Admin-Token": "s3same", "Host": "a.b"})
    ]
    assert [200, 200] == [closed.get(f"/__admin/{path}").status_code for path in ("health", "ready")]
    assert "s3same" not in repr(Config(admin_token="s3same"))


def test_over_a_socket() -> None:
    """The admin API is there over a socket as well."""
    with FakeSmartflo() as fake:
        answer = requests.patch(f"{fake.url}{CLOCK}", data=json.dumps({"now": NOON}), headers=ME, timeout=30)

    assert 200 == answer.status_code


def test_every_route_is_described() -> None:
    """The admin OpenAPI document is valid, is served, and describes the routes that there are."""
    document = client_of().get("/__admin/openapi").get_json()
    validate(document)
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}

    assert admin_openapi(ADMIN_ROUTES) == document
    assert {(route.method, f"/__admin{route.path}") for route in ADMIN_ROUTES} == described


@pytest.mark.parametrize("route", ADMIN_ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_answers_are_as_described(route: Any) -> None:
    """Each route answers its example in the described shape."""
    document, client = admin_openapi(ADMIN_ROUTES), client_of()
    examples = {name: shape.get("examples", [None])[0] for name, shape in document["components"]["schemas"].items()}
    examples["Snapshot"] = client.get("/__admin/snapshot", headers=ME).get_json()
    lead_id = client.get("/v1/broadcast/leads/8669", headers=ME).get_json()[0]["lead_id"]
    path = f"/__admin{route.path}".format(list_id=8669, lead_id=lead_id)
    answer = client.open(path, method=route.method, json=examples.get(route.body), headers=ME)
    described = document["paths"][f"/__admin{route.path}"][route.method.lower()]["responses"][str(route.status)]
    schema = described["content"]["application/json"]["schema"] | {"components": document["components"]}

    assert route.status == answer.status_code
    assert Draft202012Validator(schema).is_valid(answer.get_json())
    assert re.fullmatch("application/json", answer.headers["Content-Type"])

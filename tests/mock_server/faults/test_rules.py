"""Which requests of an account a fault rule applies to."""

import threading
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, Fault, create_app

from .conftest import EMPTY, VENDORS, SetFaults, rules_of_account, statuses

LEADS = "/v1/broadcast/leads"


def steps(rule: Fault, count: int, seed: str = "seed") -> list[str]:
    """Return the steps of the first requests that a rule counts."""
    return [rule.step(number, seed) for number in range(count)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Fault(("503", "503", "ok", "429")), [503, 503, 200, 429, 200, 200]),
        (Fault(("503", "ok"), repeat=True), [503, 200, 503, 200]),
        (Fault(("500",), at=3), [200, 200, 500, 200]),
        (Fault(("503",), probability=0, repeat=True), [200] * 10),
        (Fault(("503",), probability=1, repeat=True), [503] * 10),
    ],
    ids=["sequence", "repeated", "nth request", "never", "always"],
)
def test_steps_apply_in_order(rule: Fault, expected: list[int], set_faults: SetFaults) -> None:
    """Steps apply one a request; afterwards all responses are normal unless the rule repeats."""
    assert expected == statuses(set_faults(rule), len(expected))


def test_probability_is_seeded() -> None:
    """The fraction of faults is the configured one, and follows from the seed of the fake."""
    rule = Fault(("503",), probability=0.25)
    assert 60 < steps(rule, 400).count("503") < 140
    assert steps(rule, 400) == steps(rule, 400) != steps(rule, 400, "another seed")

    runs = []
    for seed in (1, 1, 2):
        client = create_app(Config(seed=seed, faults=(rule,))).test_client()
        runs.append([client.get(EMPTY, headers={"Authorization": "x"}).status_code for _ in range(60)])
    assert runs[0] == runs[1] != runs[2]


def test_accounts_count_separately(default_client: FlaskClient, account: dict[str, str]) -> None:
    """Each account gets the steps from the first one, whatever other accounts do in between."""
    accounts = [{"Authorization": f"{account['Authorization']} {name}"} for name in "ab"]
    request_a, request_b = (rules_of_account(default_client, one, (Fault(("503", "ok", "502")),)) for one in accounts)

    assert [503, 503, 200, 200, 502, 502] == [
        request().status_code for _ in range(3) for request in (request_a, request_b)
    ]


def test_concurrent_accounts_get_the_same_faults() -> None:
    """An account gets its faults in their order while other accounts send requests."""
    rule = Fault(("503",), probability=0.5)
    app = create_app(Config(faults=(rule,)))
    received: dict[str, list[int]] = {}

    def read(token: str) -> None:
        client = app.test_client()
        received[token] = [client.get(EMPTY, headers={"Authorization": token}).status_code for _ in range(20)]

    threads = [threading.Thread(target=read, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read("alone")

    assert 4 * [received["alone"]] == [received[f"t{number}"] for number in range(4)]
    assert {200, 503} == set(received["alone"])


def test_rule_matches_its_list_and_route(set_faults: SetFaults) -> None:
    """A rule neither counts nor changes requests for other lists and routes."""
    request = set_faults(Fault(("503",), list_id=8669), Fault(("500",), route="GET /v1/broadcast/lists"))

    assert [200, 503, 200] == [request(f"{LEADS}/{list_id}").status_code for list_id in (8668, 8669, 8669)]
    assert [500, 200] == statuses(request, 2, "/v1/broadcast/lists")


def test_list_id_of_rule_is_not_a_lead_id(set_faults: SetFaults) -> None:
    """A rule for a list matches all requests for the list, but no lead or batch with the same id."""
    request = set_faults(Fault(("503",), list_id=8668, route="any", repeat=True))
    requests: tuple[tuple[str, str, dict[str, str] | None], ...] = (
        ("POST", "/v1/broadcast/lead/8668", {"field_0": "5550000042"}),
        ("GET", "/v1/broadcast/leads/8668", None),
        ("DELETE", "/v1/broadcast/list/8668", None),
        ("PUT", "/v1/broadcast/lead/8668", {"field_1": "Asha"}),
        ("GET", "/v1/broadcast/batch_status/8668", None),
    )

    assert [503, 503, 503, 404, 404] == [
        request(path, method, json=body).status_code for method, path, body in requests
    ]


def test_first_rule_whose_turn_it_is_applies(set_faults: SetFaults) -> None:
    """Every rule counts every request that it matches, and the first one in order applies."""
    request = set_faults(Fault(("500",), at=2), Fault(("503", "503", "503")))

    assert [503, 500, 503, 200] == statuses(request, 4)


def test_rule_for_logins() -> None:
    """A lockout or a status applies to a login id when its turn comes; the login itself is not handled."""
    client = create_app(Config(faults=(Fault(("lockout", "503"), route="POST /v1/auth/login"),))).test_client()

    def log_in(email: str) -> Any:
        return client.post("/v1/auth/login", json={"email": email, "password": "any"})

    locked = log_in("a")

    assert datetime.strptime(locked.get_json()["retry_after"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - it has no zone
    assert [429, 429, 503, 200] == [locked.status_code, *(log_in(email).status_code for email in "baa")]


def test_unauthorized_request_is_not_counted() -> None:
    """A request without a token belongs to no account: its status is 401."""
    client = create_app(Config(faults=(Fault(("503",)),))).test_client()

    assert [401, 503, 200] == [
        client.get(VENDORS, headers=headers).status_code for headers in ({}, *2 * [{"Authorization": "x"}])
    ]


@pytest.mark.parametrize("steps", ["503", 503, None])
def test_rejects_steps_that_are_no_list(steps: Any) -> None:
    """The message shows how to write one step; the characters of a string would be steps otherwise."""
    with pytest.raises(ValueError, match=r'steps: expected a list of faults, such as \[503, 503, "ok"\]'):
        Fault(steps)


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (Fault(("503",)), 1),
        (Fault(("ok", "ok", "cut")), 3),
        (Fault(("503",), at=4), 4),
        (Fault(("ok", "503"), repeat=True), 2),
    ],
)
def test_rule_is_met_by_the_request_of_its_first_fault(
    rule: Fault, count: int, default_client: FlaskClient, account: dict[str, str]
) -> None:
    """Until then, the admin API names it as unmet."""
    request = rules_of_account(default_client, account, (rule,))
    unmet = []
    for _ in range(count):
        unmet.append(default_client.get("/__admin/faults", headers=account).get_json()["unmet"])
        request()

    assert [[0]] * count == unmet
    assert [] == default_client.get("/__admin/faults", headers=account).get_json()["unmet"]


@pytest.mark.parametrize("rule", [Fault(("503",), probability=0.5), Fault(("ok",))])
def test_rule_that_need_not_be_met_is_not_unmet(
    rule: Fault, default_client: FlaskClient, account: dict[str, str]
) -> None:
    """A rule with a probability, or without a fault, may meet no request."""
    rules_of_account(default_client, account, (rule,))

    assert [] == default_client.get("/__admin/faults", headers=account).get_json()["unmet"]


def test_rule_for_all_accounts_is_met_by_any_account() -> None:
    """Without an account, the admin API considers all accounts that have no rules of their own."""
    client = create_app(Config(faults=(Fault(("503",)), Fault(("cut",), at=9)))).test_client()
    client.get("/v1/broadcast/leads/8668", headers={"Authorization": "one"})

    assert [1] == client.get("/__admin/faults").get_json()["unmet"]
    assert [0, 1] == client.get("/__admin/faults", headers={"Authorization": "two"}).get_json()["unmet"]

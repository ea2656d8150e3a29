"""Profile, quirks and faults that are set while the fake runs: for one account, or for all without their own."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from smartflo_contract.mock_server import Config, Fault, create_app
from smartflo_contract.mock_server.config.quirks import QUIRKS
from smartflo_contract.schemas import load_contract

ME = {"Authorization": "Bearer me"}
OTHER = {"Authorization": "other"}
ALL: dict[str, str] = {}
VENDORS = "/v1/broadcast/leads/8668"
CALLBACKS = "/v1/broadcast/leads/8669"
UNKNOWN = "/v1/broadcast/leads/123456"
ADD_LEAD = "/v1/broadcast/lead/8669"
LEAD = {"field_0": "5550000042"}


@pytest.fixture(name="client")
def _client() -> FlaskClient:
    """Return a client of a fake of its own, for tests that change the settings of all accounts."""
    return create_app(Config()).test_client()


@pytest.fixture(name="other")
def _other(account: dict[str, str]) -> dict[str, str]:
    """Return the headers of a second account that no other test uses."""
    return {"Authorization": f"{account['Authorization']} other"}


def quirk(client: FlaskClient, headers: dict[str, str], name: str) -> str:
    """Return the value of a quirk."""
    quirks = client.get("/__admin/quirks", headers=headers).get_json()
    return str({entry["name"]: entry["value"] for entry in quirks}[name])


def profile_of(client: FlaskClient, headers: dict[str, str]) -> str:
    """Return the profile of an account."""
    return str(client.get("/__admin/profile", headers=headers).get_json()["profile"])


def statuses(client: FlaskClient, headers: dict[str, str], count: int, path: str = VENDORS) -> list[int]:
    """Return the statuses of some requests."""
    return [client.get(path, headers=headers).status_code for _ in range(count)]


# Profile


@pytest.mark.parametrize("name", ["documented", "lenient"])
def test_account_has_its_own_profile(
    name: str, default_client: FlaskClient, account: dict[str, str], other: dict[str, str]
) -> None:
    """Leads are valid in the account's profile; other accounts are not affected."""
    before = default_client.get(VENDORS, headers=other).data
    answer = default_client.put("/__admin/profile", json={"profile": name}, headers=account).get_json()
    leads = default_client.get(VENDORS, headers=account).get_json()

    assert name == answer["profile"] == profile_of(default_client, account)
    assert load_contract(name).is_valid(leads)
    assert before == default_client.get(VENDORS, headers=other).data
    assert "sample" == profile_of(default_client, other)
    schema = load_contract(name).schema("leads", annotated=True)
    assert schema == default_client.get("/__admin/contract", headers=account).get_json()


def test_null_resets_profile(default_client: FlaskClient, account: dict[str, str]) -> None:
    """Afterwards the leads have the bytes that they had before."""
    before = default_client.get(VENDORS, headers=account).data
    default_client.put("/__admin/profile", json={"profile": "documented"}, headers=account)

    assert before != default_client.get(VENDORS, headers=account).data
    answer = default_client.put("/__admin/profile", json={"profile": None}, headers=account)
    assert "sample" == answer.get_json()["profile"]
    assert before == default_client.get(VENDORS, headers=account).data


def test_added_leads_have_profile_of_account(default_client: FlaskClient, account: dict[str, str]) -> None:
    """Leads that a client adds are valid in the account's profile."""
    default_client.put("/__admin/profile", json={"profile": "documented"}, headers=account)
    default_client.post(ADD_LEAD, json=LEAD, headers=account)
    leads = default_client.get(CALLBACKS, headers=account).get_json()

    assert 6 == len(leads)
    assert load_contract("documented").is_valid(leads)


def test_account_with_edited_lists_keeps_catalog(default_client: FlaskClient, account: dict[str, str]) -> None:
    """Settings that would change generated leads are rejected until the account is reset."""
    default_client.post(ADD_LEAD, json=LEAD, headers=account)
    before = default_client.get(CALLBACKS, headers=account).data
    answers = [
        default_client.put("/__admin/profile", json={"profile": "documented"}, headers=account),
        default_client.patch("/__admin/quirks", json={"created_at": "twelve_hours_early"}, headers=account),
        default_client.patch("/__admin/quirks", json={"unknown_list": "empty"}, headers=account),
    ]

    assert [409, 409, 200] == [answer.status_code for answer in answers]
    assert "reset" in answers[0].get_json()["detail"]
    assert before == default_client.get(CALLBACKS, headers=account).data


def test_profile_of_all_does_not_change_edited_lists(client: FlaskClient) -> None:
    """An account with edited lists keeps its catalog until it is reset."""
    client.post(ADD_LEAD, json=LEAD, headers=ME)
    before = [client.get(path, headers=ME).data for path in (VENDORS, CALLBACKS)]
    client.put("/__admin/profile", json={"profile": "documented"})
    client.patch("/__admin/quirks", json={"created_at": "twelve_hours_early", "unknown_list": "empty"})

    assert before == [client.get(path, headers=ME).data for path in (VENDORS, CALLBACKS)]
    assert "sample" == profile_of(client, ME)
    assert ("exact", "empty") == (quirk(client, ME, "created_at"), quirk(client, ME, "unknown_list"))
    assert "documented" == profile_of(client, OTHER)
    own = [client.put("/__admin/profile", json={"profile": name}, headers=ME) for name in ("documented", "lenient")]
    assert [409, 409] == [answer.status_code for answer in own]
    client.post("/__admin/reset", headers=ME)
    assert "documented" == profile_of(client, ME)


@pytest.mark.parametrize("count", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_concurrent_profile_change_keeps_one_catalog_per_list(client: FlaskClient, count: int) -> None:
    """All leads of a list belong to one catalog, even if the profile of all accounts changes during a write."""
    profiles = ("documented", "sample")

    def add_lead(number: int) -> set[str]:
        headers = {"Authorization": f"writer {number}"}
        if number % 10 == 0:
            client.put("/__admin/profile", json={"profile": profiles[number // 10 % 2]})
        client.post(ADD_LEAD, json=LEAD, headers=headers)
        return {type(lead["lead_id"]).__name__ for lead in client.get(CALLBACKS, headers=headers).get_json()}

    with ThreadPoolExecutor(8) as threads:
        types = list(threads.map(add_lead, range(count)))

    assert {1} == set(map(len, types))


@pytest.mark.parametrize("retry_count", [{"const": 7}, {"pattern": "^(?=x)y$"}])
def test_rejects_profile_that_contradicts_overlay(retry_count: dict[str, Any]) -> None:
    """The leads stay as they were."""
    client = create_app(Config(overlay={"properties": {"retry_count": retry_count}})).test_client()
    answers = [client.put("/__admin/profile", json={"profile": "documented"}, headers=who) for who in (ME, ALL)]

    assert [422, 422] == [answer.status_code for answer in answers]
    assert "retry_count" in answers[0].get_json()["detail"]
    assert [200] == statuses(client, ME, 1)


# Quirks


def test_lists_every_quirk() -> None:
    """Each quirk is listed with its current value."""
    client = create_app(Config(quirks={"unknown_list": "empty"})).test_client()

    assert list(QUIRKS) == [entry["name"] for entry in client.get("/__admin/quirks").get_json()]
    assert "empty" == quirk(client, ALL, "unknown_list")
    assert "401" == quirk(client, ALL, "expired_token")


def test_account_has_its_own_quirks(
    default_client: FlaskClient, account: dict[str, str], other: dict[str, str]
) -> None:
    """A number may replace a string, and null resets a single quirk."""
    default_client.patch("/__admin/quirks", json={"unknown_list": "empty", "expired_token": 200}, headers=account)

    assert [200, 404] == [statuses(default_client, headers, 1, UNKNOWN)[0] for headers in (account, other)]
    assert "200" == quirk(default_client, account, "expired_token")
    default_client.patch("/__admin/quirks", json={"unknown_list": None}, headers=account)
    assert [404] == statuses(default_client, account, 1, UNKNOWN)
    assert "200" == quirk(default_client, account, "expired_token")


def test_quirks_of_all_apply_to_accounts_without_their_own(client: FlaskClient) -> None:
    """An account keeps the quirks that it has set itself."""
    client.patch("/__admin/quirks", json={"unknown_list": "404"}, headers=ME)
    client.patch("/__admin/quirks", json={"unknown_list": "empty", "lists_id": "text"})

    assert [404, 200] == [statuses(client, headers, 1, UNKNOWN)[0] for headers in (ME, OTHER)]
    assert "text" == quirk(client, ME, "lists_id")
    client.post("/__admin/reset")
    assert ("404", "integer") == (quirk(client, ALL, "unknown_list"), quirk(client, ME, "lists_id"))


def test_quirks_of_account_change_leads(default_client: FlaskClient, account: dict[str, str]) -> None:
    """The leads are those of a fake that is configured with the quirk."""
    default = default_client.get(VENDORS, headers=account).get_json()
    default_client.patch("/__admin/quirks", json={"header_offset": "shifted"}, headers=account)
    shifted = create_app(Config(quirks={"header_offset": "shifted"})).test_client()

    leads = default_client.get(VENDORS, headers=account).get_json()
    assert default != leads == shifted.get(VENDORS, headers=account).get_json()


def test_login_follows_quirks_of_its_account(client: FlaskClient) -> None:
    """The response to a failed login follows the quirks of the login's account."""
    token = client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).get_json()["access_token"]
    client.patch("/__admin/quirks", json={"login_failure": "plain"}, headers={"Authorization": token})

    def failed_logins(email: str) -> object:
        body = client.post("/v1/auth/login", json={"email": email, "password": "wrong"}).get_json()
        return body.get("login_failed_count")

    assert (None, 1) == (failed_logins("crm"), failed_logins("other"))


def test_auth_scheme_of_account(default_client: FlaskClient, account: dict[str, str]) -> None:
    """An account may accept its token in one form alone; the admin API accepts both."""
    raw = {"Authorization": account["Authorization"].removeprefix("Bearer ")}
    default_client.patch("/__admin/quirks", json={"auth_scheme": "raw"}, headers=account)

    assert [401, 200] == [statuses(default_client, headers, 1)[0] for headers in (account, raw)]
    default_client.patch("/__admin/quirks", json={"auth_scheme": None}, headers=account)
    assert [200] == statuses(default_client, account, 1)


# Faults


def test_account_has_its_own_faults(
    default_client: FlaskClient, account: dict[str, str], other: dict[str, str]
) -> None:
    """Rules can be set, added and removed. An added rule does not restart those before it."""
    rules = {"rules": [{"steps": [503, "503", "ok"]}]}
    default_client.put("/__admin/faults", json=rules, headers=account)

    assert [503, 200] == [statuses(default_client, headers, 1)[0] for headers in (account, other)]
    added = default_client.post("/__admin/faults", json={"steps": ["429"], "at": 4}, headers=account)
    assert (201, 2) == (added.status_code, len(added.get_json()["rules"]))
    assert [503, 200, 200, 429, 200, 200] == statuses(default_client, account, 6)
    default_client.put("/__admin/faults", json=rules, headers=account)
    assert [503, 503, 200] == statuses(default_client, account, 3)
    assert [] == default_client.delete("/__admin/faults", headers=account).get_json()["rules"]


def test_faults_of_all_replace_configured_faults() -> None:
    """Rules of one account, even none, replace those of all accounts. New rules count from their first request."""
    client = create_app(Config(faults=(Fault(("500",)),))).test_client()
    client.put("/__admin/faults", json={"rules": [{"steps": ["503", "502"]}]})
    client.put("/__admin/faults", json={"rules": []}, headers=OTHER)

    assert ([503, 502, 200], [200]) == (statuses(client, ME, 3), statuses(client, OTHER, 1))
    assert [["503", "502"]] == [rule["steps"] for rule in client.get("/__admin/faults").get_json()["rules"]]
    client.put("/__admin/faults", json={"rules": [{"steps": ["504"]}]})
    assert [504, 200] == statuses(client, ME, 2)
    client.delete("/__admin/faults")
    client.delete("/__admin/faults", headers=OTHER)
    assert ([500], [500]) == (statuses(client, ME, 1), statuses(client, OTHER, 1))


def test_faults_of_all_do_not_restart_those_of_account(client: FlaskClient) -> None:
    """An account with rules of its own continues to count."""
    client.put("/__admin/faults", json={"rules": [{"steps": ["503"]}]}, headers=ME)

    assert [503, 200] == statuses(client, ME, 2)
    client.put("/__admin/faults", json={"rules": [{"steps": ["429"]}]})
    assert ([200], [429]) == (statuses(client, ME, 1), statuses(client, OTHER, 1))


def test_added_rule_does_not_restart_configured_rules() -> None:
    """Configured rules continue to count, and no rule is lost if several are added at the same time."""
    client = create_app(Config(faults=(Fault(("503", "502")),))).test_client()
    assert [503] == statuses(client, ME, 1)
    client.post("/__admin/faults", json={"steps": ["504"], "at": 2}, headers=ME)

    assert [502, 504, 200] == statuses(client, ME, 3)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: client.post("/__admin/faults", json={"steps": ["ok"]}, headers=ME), range(20)))
    assert 22 == len(client.get("/__admin/faults", headers=ME).get_json()["rules"])


@pytest.mark.parametrize("name", ["reset", "cut", "html", "lockout", "changing"])
def test_applies_each_fault(name: str, default_client: FlaskClient, account: dict[str, str]) -> None:
    """Faults that close the connection raise an error in process."""
    default_client.post("/__admin/faults", json={"steps": ["ok", name]}, headers=account)

    assert "X-Smartflo-Fake-Fault" not in default_client.get(VENDORS, headers=account).headers
    if name in {"reset", "cut"}:
        with pytest.raises(ConnectionResetError):
            _ = default_client.get(VENDORS, headers=account).data
    else:
        assert name == default_client.get(VENDORS, headers=account).headers["X-Smartflo-Fake-Fault"]


def test_rejects_too_many_rules(default_client: FlaskClient, account: dict[str, str]) -> None:
    """The maximum number of rules holds for added rules as well."""
    rules = {"rules": [{"steps": ["ok"]}] * 1_000}

    assert 200 == default_client.put("/__admin/faults", json=rules, headers=account).status_code
    assert 422 == default_client.post("/__admin/faults", json={"steps": ["ok"]}, headers=account).status_code


# All settings


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("PUT", "profile", {"profile": "samples"}, "Did you mean"),
        ("PUT", "profile", {}, "profile"),
        ("PUT", "profile", {"profil": "sample"}, "Did you mean `profile`?"),
        ("PATCH", "quirks", {"unknown_lst": "404"}, "Did you mean `unknown_list`?"),
        ("PATCH", "quirks", {"unknown_lst": None}, "Did you mean `unknown_list`?"),
        ("PATCH", "quirks", {"unknown_list": "403"}, "expected one of 404, empty, 200_error"),
        ("PATCH", "quirks", {"unknown_list": True}, "unknown_list: "),
        ("PATCH", "quirks", {}, "for example"),
        ("PUT", "faults", {"rules": [{"steps": ["cutt"]}]}, "faults[0].steps: there is no fault `cutt`"),
        ("PUT", "faults", {"rules": [{"steps": []}]}, "rules/0/steps: "),
        ("PUT", "faults", [{"steps": ["503"]}], '; for example {"rules":[{"steps":["cut"]'),
        ("POST", "faults", {"steps": ["200"]}, "there is no fault `200`"),
        ("POST", "faults", {"steps": ["503"], "list": 3}, "steps, list_id"),
        ("POST", "faults", {"steps": ["503"], "seconds": 1e9}, "seconds: "),
        ("POST", "faults", {"steps": ["503"], "route": "GET /v1"}, "route: this fake has no route `GET /v1`"),
    ],
)
def test_rejects_invalid_setting(  # noqa: PLR0917 - the parameters of a request
    default_client: FlaskClient, account: dict[str, str], method: str, path: str, body: Any, message: str
) -> None:
    """The problem document names the setting, and no setting changes."""

    def settings() -> list[Any]:
        return [
            default_client.get(f"/__admin/{name}", headers=account).get_json()
            for name in ("profile", "quirks", "faults")
        ]

    before = settings()
    answer = default_client.open(f"/__admin/{path}", method=method, json=body, headers=account)

    assert 422 == answer.status_code
    assert message in answer.get_json()["detail"]
    assert before == settings()


def test_settings_of_all_do_not_count_as_account() -> None:
    """They are never evicted, and evict no account."""
    client = create_app(Config(max_accounts=1)).test_client()
    client.patch("/__admin/quirks", json={"unknown_list": "empty"})
    for number in range(3):
        client.post("/v1/broadcast/list", json={"name": "x"}, headers={"Authorization": f"t{number}"})

    assert [200] == statuses(client, ME, 1, UNKNOWN)
    assert 5 == len(client.get("/v1/broadcast/lists", headers={"Authorization": "t2"}).get_json())

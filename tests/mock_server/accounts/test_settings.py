"""Profile, quirks and faults are set while the fake runs: for an account, or for all that have none of their own."""

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
UNKNOWN = "/v1/broadcast/leads/123456"


@pytest.fixture(name="client")
def _client() -> FlaskClient:
    return create_app(Config()).test_client()


def quirk(client: FlaskClient, who: dict[str, str], name: str) -> str:
    """Return the value of a quirk."""
    return str({one["name"]: one["value"] for one in client.get("/__admin/quirks", headers=who).get_json()}[name])


def statuses(client: FlaskClient, who: dict[str, str], count: int, path: str = VENDORS) -> list[int]:
    """Return the statuses of some requests."""
    return [client.get(path, headers=who).status_code for _ in range(count)]


def test_every_quirk_is_told() -> None:
    """Every quirk is told with its value here."""
    client = create_app(Config(quirks={"unknown_list": "empty"})).test_client()

    assert list(QUIRKS) == [one["name"] for one in client.get("/__admin/quirks").get_json()]
    assert "empty" == quirk(client, ALL, "unknown_list")
    assert "401" == quirk(client, ALL, "expired_token")


@pytest.mark.parametrize("profile", ["documented", "lenient"])
def test_an_account_has_a_profile(client: FlaskClient, profile: str) -> None:
    """Leads are in the account's profile, valid under its contract, and others' are not touched."""
    before = client.get(VENDORS, headers=OTHER).get_data()
    told = client.put("/__admin/profile", json={"profile": profile}, headers=ME).get_json()
    leads = client.get(VENDORS, headers=ME).get_json()

    assert profile == told["profile"] == client.get("/__admin/profile", headers=ME).get_json()["profile"]
    assert load_contract(profile).is_valid(leads)
    assert before == client.get(VENDORS, headers=OTHER).get_data()
    assert "sample" == client.get("/__admin/profile", headers=OTHER).get_json()["profile"]
    schema = load_contract(profile).schema("leads", annotated=True)
    assert schema == client.get("/__admin/contract", headers=ME).get_json()


def test_a_profile_is_taken_back(client: FlaskClient) -> None:
    """Null takes back what was set, down to the byte."""
    before = client.get(VENDORS, headers=ME).get_data()
    client.put("/__admin/profile", json={"profile": "documented"}, headers=ME)

    assert before != client.get(VENDORS, headers=ME).get_data()
    assert "sample" == client.put("/__admin/profile", json={"profile": None}, headers=ME).get_json()["profile"]
    assert before == client.get(VENDORS, headers=ME).get_data()


def test_written_leads_are_in_the_accounts_profile(client: FlaskClient) -> None:
    """What is written is valid under the profile of its account."""
    client.put("/__admin/profile", json={"profile": "documented"}, headers=ME)
    client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=ME)
    leads = client.get("/v1/broadcast/leads/8669", headers=ME).get_json()

    assert 6 == len(leads)
    assert load_contract("documented").is_valid(leads)


def test_quirks_of_an_account(client: FlaskClient) -> None:
    """A quirk is set for one account, a number is as good as its text, and null takes it back."""
    client.patch("/__admin/quirks", json={"unknown_list": "empty", "expired_token": 200}, headers=ME)

    assert ([200], [404]) == (statuses(client, ME, 1, UNKNOWN), statuses(client, OTHER, 1, UNKNOWN))
    assert "200" == quirk(client, ME, "expired_token")
    client.patch("/__admin/quirks", json={"unknown_list": None}, headers=ME)
    assert [404] == statuses(client, ME, 1, UNKNOWN)
    assert "200" == quirk(client, ME, "expired_token")


def test_quirks_of_all(client: FlaskClient) -> None:
    """What is set without an account holds for all, but for those that have set the same for themselves."""
    client.patch("/__admin/quirks", json={"unknown_list": "404"}, headers=ME)
    client.patch("/__admin/quirks", json={"unknown_list": "empty", "lists_id": "text"})

    assert ([404], [200]) == (statuses(client, ME, 1, UNKNOWN), statuses(client, OTHER, 1, UNKNOWN))
    assert "text" == quirk(client, ME, "lists_id")
    client.post("/__admin/reset")
    assert ("404", "integer") == (quirk(client, ALL, "unknown_list"), quirk(client, ME, "lists_id"))


def test_quirks_that_shape_leads(client: FlaskClient) -> None:
    """Leads follow the account's quirks as well."""
    client.patch("/__admin/quirks", json={"header_offset": "shifted"}, headers=ME)

    assert client.get(VENDORS, headers=ME).get_json() != client.get(VENDORS, headers=OTHER).get_json()
    shifted = create_app(Config(quirks={"header_offset": "shifted"})).test_client()
    assert shifted.get(VENDORS, headers=ME).get_json() == client.get(VENDORS, headers=ME).get_json()


def test_a_login_follows_its_accounts_quirks(client: FlaskClient) -> None:
    """A failed login is answered by the quirks of the account of its login id."""
    token = client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).get_json()["access_token"]
    client.patch("/__admin/quirks", json={"login_failure": "plain"}, headers={"Authorization": token})

    def failed(email: str) -> object:
        body = client.post("/v1/auth/login", json={"email": email, "password": "wrong"}).get_json()
        return body.get("login_failed_count")

    assert (None, 1) == (failed("crm"), failed("other"))


def test_the_scheme_of_an_account(client: FlaskClient) -> None:
    """An account may want its token in one form alone; the admin API takes both."""
    client.patch("/__admin/quirks", json={"auth_scheme": "raw"}, headers=ME)

    assert ([401], [200]) == (statuses(client, ME, 1), statuses(client, {"Authorization": "me"}, 1))
    client.patch("/__admin/quirks", json={"auth_scheme": None}, headers=ME)
    assert [200] == statuses(client, ME, 1)


def test_faults_of_an_account(client: FlaskClient) -> None:
    """Rules are set, added and taken back; each account meets its own."""
    client.put("/__admin/faults", json={"rules": [{"steps": [503, "503", "ok"]}]}, headers=ME)

    assert [503, 200] == [statuses(client, who, 1)[0] for who in (ME, OTHER)]
    added = client.post("/__admin/faults", json={"steps": ["429"], "at": 4}, headers=ME)
    assert (201, 2) == (added.status_code, len(added.get_json()["rules"]))
    assert [503, 200, 200, 429, 200, 200] == statuses(client, ME, 6)  # the first goes on, the second begins
    client.put("/__admin/faults", json={"rules": [{"steps": [503, "503", "ok"]}]}, headers=ME)
    assert [503, 503, 200] == statuses(client, ME, 3)  # the same rules once more
    assert [] == client.delete("/__admin/faults", headers=ME).get_json()["rules"]


def test_faults_of_all() -> None:
    """Rules of all accounts stand instead of the configuration's; those of an account, even none, instead of these."""
    client = create_app(Config(faults=(Fault(("500",)),))).test_client()
    client.put("/__admin/faults", json={"rules": [{"steps": ["503", "502"]}]})
    client.put("/__admin/faults", json={"rules": []}, headers=OTHER)

    assert ([503, 502, 200], [200]) == (statuses(client, ME, 3), statuses(client, OTHER, 1))
    assert [["503", "502"]] == [rule["steps"] for rule in client.get("/__admin/faults").get_json()["rules"]]
    client.put("/__admin/faults", json={"rules": [{"steps": ["504"]}]})
    assert [504, 200] == statuses(client, ME, 2)  # new rules count from their first request
    client.delete("/__admin/faults")
    client.delete("/__admin/faults", headers=OTHER)
    assert ([500], [500]) == (statuses(client, ME, 1), statuses(client, OTHER, 1))


def test_a_rule_more_beside_the_configurations() -> None:
    """Rules of the configuration go on counting when one is added, and many may be added at once."""
    client = create_app(Config(faults=(Fault(("503", "502")),))).test_client()
    assert [503] == statuses(client, ME, 1)
    client.post("/__admin/faults", json={"steps": ["504"], "at": 2}, headers=ME)

    assert [502, 504, 200] == statuses(client, ME, 3)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: client.post("/__admin/faults", json={"steps": ["ok"]}, headers=ME), range(40)))
    assert 42 == len(client.get("/__admin/faults", headers=ME).get_json()["rules"])


@pytest.mark.parametrize("name", ["reset", "cut", "html", "lockout", "changing"])
def test_each_kind_of_fault(client: FlaskClient, name: str) -> None:
    """Every kind can be set while the fake runs."""
    client.post("/__admin/faults", json={"steps": ["ok", name]}, headers=ME)

    assert "X-Smartflo-Fake-Fault" not in client.get(VENDORS, headers=ME).headers
    if name == "reset":
        with pytest.raises(ConnectionResetError):
            client.get(VENDORS, headers=ME)
    elif name == "cut":
        with pytest.raises(ConnectionResetError):
            client.get(VENDORS, headers=ME).get_data()
    else:
        assert name == client.get(VENDORS, headers=ME).headers["X-Smartflo-Fake-Fault"]


def test_a_profile_under_changed_lists(client: FlaskClient) -> None:
    """An account whose lists have been changed keeps the world that they were changed in, and nothing is lost."""
    client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=ME)
    before = client.get("/v1/broadcast/leads/8669", headers=ME).get_data()
    answers = [
        client.put("/__admin/profile", json={"profile": "documented"}, headers=ME),
        client.patch("/__admin/quirks", json={"created_at": "twelve_hours_early"}, headers=ME),
    ]

    assert [409, 409] == [answer.status_code for answer in answers]
    assert "reset the account first" in answers[0].get_json()["detail"]
    assert 200 == client.patch("/__admin/quirks", json={"unknown_list": "empty"}, headers=ME).status_code
    assert before == client.get("/v1/broadcast/leads/8669", headers=ME).get_data()


def test_a_profile_of_all_beside_changed_lists(client: FlaskClient) -> None:
    """What is set for all leaves an account as it is whose lists have been changed, until it is reset."""
    client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=ME)
    before = [client.get(f"/v1/broadcast/leads/{id_}", headers=ME).get_data() for id_ in (8668, 8669)]
    client.put("/__admin/profile", json={"profile": "documented"})
    client.patch("/__admin/quirks", json={"created_at": "twelve_hours_early", "unknown_list": "empty"})

    assert before == [client.get(f"/v1/broadcast/leads/{id_}", headers=ME).get_data() for id_ in (8668, 8669)]
    assert "sample" == client.get("/__admin/profile", headers=ME).get_json()["profile"]
    assert ("exact", "empty") == (quirk(client, ME, "created_at"), quirk(client, ME, "unknown_list"))
    assert "documented" == client.get("/__admin/profile", headers=OTHER).get_json()["profile"]
    own = [client.put("/__admin/profile", json={"profile": name}, headers=ME) for name in ("documented", "lenient")]
    assert [409, 409] == [answer.status_code for answer in own]
    client.post("/__admin/reset", headers=ME)
    assert "documented" == client.get("/__admin/profile", headers=ME).get_json()["profile"]


def test_writes_while_the_profile_of_all_changes(client: FlaskClient) -> None:
    """Whatever is set while accounts write, each list is of one world, which a snapshot restores."""
    profiles = ("documented", "sample")

    def write(number: int) -> list[str]:
        who = {"Authorization": f"writer {number}"}
        if number % 10 == 0:
            client.put("/__admin/profile", json={"profile": profiles[number // 10 % 2]})
        client.post("/v1/broadcast/lead/8669", json={"field_0": "5550000042"}, headers=who)
        leads = client.get("/v1/broadcast/leads/8669", headers=who).get_json()
        return sorted({type(lead["lead_id"]).__name__ for lead in leads})

    with ThreadPoolExecutor(8) as threads:
        kinds = list(threads.map(write, range(100)))

    assert {1} == set(map(len, kinds))


def test_faults_of_all_leave_those_of_an_account(client: FlaskClient) -> None:
    """Rules for all do not have an account's own rules begin again."""
    client.put("/__admin/faults", json={"rules": [{"steps": ["503"]}]}, headers=ME)

    assert [503, 200] == statuses(client, ME, 2)
    client.put("/__admin/faults", json={"rules": [{"steps": ["429"]}]})
    assert ([200], [429]) == (statuses(client, ME, 1), statuses(client, OTHER, 1))


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        (
            "PUT",
            "profile",
            {"profile": "samples"},
            "expected one of sample, documented, lenient. Did you mean",
        ),
        ("PUT", "profile", {}, '"profile" is a required property'),
        ("PUT", "profile", {"profil": "sample"}, "Did you mean `profile`?"),
        ("PATCH", "quirks", {"unknown_lst": "404"}, "Did you mean `unknown_list`?"),
        ("PATCH", "quirks", {"unknown_lst": None}, "Did you mean `unknown_list`?"),
        ("PATCH", "quirks", {"unknown_list": "403"}, "expected one of 404, empty, 200_error"),
        ("PATCH", "quirks", {"unknown_list": True}, "unknown_list: true is not"),
        ("PATCH", "quirks", {}, "body: expected at least one key; for example"),
        ("PUT", "faults", {"rules": [{"steps": ["cutt"]}]}, "faults[0].steps: there is no fault `cutt`"),
        ("PUT", "faults", {"rules": [{"steps": []}]}, "rules/0/steps: [] has less than 1 item"),
        ("PUT", "faults", [{"steps": ["503"]}], '; for example {"rules":[{"steps":["cut"]'),
        ("POST", "faults", {"steps": ["200"]}, "there is no fault `200`"),
        ("POST", "faults", {"steps": ["503"], "list": 3}, "choose from steps, list_id"),
        ("POST", "faults", {"steps": ["503"], "seconds": 1e9}, "expected: of delay"),
        ("POST", "faults", {"steps": ["503"], "route": "GET /v1"}, "route: this fake has no route `GET /v1`"),
    ],
)
def test_settings_that_cannot_be(client: FlaskClient, method: str, path: str, body: Any, told: str) -> None:
    """A wrong setting is a problem that says what is possible, and changes nothing."""
    before = [client.get(f"/__admin/{one}", headers=ME).get_json() for one in ("profile", "quirks", "faults")]
    answer = client.open(f"/__admin/{path}", method=method, json=body, headers=ME)

    assert 422 == answer.status_code
    assert told in answer.get_json()["detail"]
    assert before == [client.get(f"/__admin/{one}", headers=ME).get_json() for one in ("profile", "quirks", "faults")]


def test_too_many_rules(client: FlaskClient) -> None:
    """Rules are bounded in number, also where they are added one by one."""
    rules = {"rules": [{"steps": ["ok"]}] * 1_000}

    assert 200 == client.put("/__admin/faults", json=rules, headers=ME).status_code
    assert 422 == client.post("/__admin/faults", json={"steps": ["ok"]}, headers=ME).status_code


@pytest.mark.parametrize(
    ("about_retries", "told"),
    [({"const": 7}, "no value of const fits the other keywords"), ({"pattern": "^(?=x)y$"}, "no value found")],
)
def test_a_profile_that_the_overlay_contradicts(about_retries: dict[str, Any], told: str) -> None:
    """Where the overlay cannot go with a profile, that profile is refused, and leads are as they were."""
    client = create_app(Config(overlay={"properties": {"retry_count": about_retries}})).test_client()
    answers = [client.put("/__admin/profile", json={"profile": "documented"}, headers=who) for who in (ME, ALL)]

    assert [422, 422] == [answer.status_code for answer in answers]
    assert told in answers[0].get_json()["detail"]
    assert [200] == statuses(client, ME, 1)


def test_settings_cost_no_place_among_accounts() -> None:
    """What holds for all is not forgotten however many accounts come, and takes the place of none."""
    client = create_app(Config(max_accounts=1)).test_client()
    client.patch("/__admin/quirks", json={"unknown_list": "empty"})
    for number in range(3):
        client.post("/v1/broadcast/list", json={"name": "x"}, headers={"Authorization": f"t{number}"})

    assert [200] == statuses(client, ME, 1, UNKNOWN)
    assert 5 == len(client.get("/v1/broadcast/lists", headers={"Authorization": "t2"}).get_json())

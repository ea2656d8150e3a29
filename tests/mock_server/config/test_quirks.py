"""Quirks: each value of each switch changes the behavior that it describes."""

from typing import Any

import pytest
import requests
from click.testing import CliRunner
from flask.testing import FlaskClient

from smartflo_contract.cli import cli
from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mock_server import Config, ConfigError, FakeSmartflo
from smartflo_contract.mock_server.config.quirks import QUIRKS, Quirk, resolve_quirks
from smartflo_contract.schemas import load_contract

LEADS = "/v1/broadcast/leads"
VENDORS = f"{LEADS}/8668"
EVIDENCE, REASON = "X-Smartflo-Fake-Evidence", "X-Smartflo-Fake-Reason"


class Account:
    """An account of the shared fake whose quirks are set through the admin API."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        """Use the account of a token."""
        self.client = client
        self.headers = headers

    def get(self, path: str = VENDORS, **quirks: str) -> Any:
        """Return the response to a GET request under some quirks, and the defaults of all others."""
        values = dict.fromkeys(QUIRKS) | quirks
        assert self.client.patch("/__admin/quirks", json=values, headers=self.headers).status_code == 200
        return self.client.get(path, headers=self.headers)

    def leads(self, **quirks: str) -> list[dict[str, Any]]:
        """Return the leads of the vendor's example list."""
        leads: list[dict[str, Any]] = self.get(**quirks).get_json()
        return leads


@pytest.fixture(name="my")
def _my(default_client: FlaskClient, account: dict[str, str]) -> Account:
    return Account(default_client, account)


def epoch_ms(lead: dict[str, Any], key: str) -> int:
    """Return a time of a lead."""
    return int(lead[key]["$date"]["$numberLong"])


# The table


def test_every_quirk_is_described() -> None:
    """Quirks are sorted and have at least two values, known evidence labels and a description."""
    assert sorted(QUIRKS) == list(QUIRKS) == [quirk.name for quirk in QUIRKS.values()]
    assert all(len(set(quirk.values)) == len(quirk.values) >= 2 for quirk in QUIRKS.values())
    assert all({*quirk.evidence} <= {"documented", "sample", "observed", "assumed"} for quirk in QUIRKS.values())
    assert all(quirk.evidence and quirk.description.endswith(".") for quirk in QUIRKS.values())


@pytest.mark.parametrize("quirk", QUIRKS.values(), ids=lambda quirk: quirk.name)
def test_leads_are_valid_under_every_value(quirk: Quirk, default_client: FlaskClient) -> None:
    """A client can log in and read valid leads under every value of every quirk."""
    email = f"quirk {quirk.name}"
    for value in quirk.values:
        default_client.patch(f"/__admin/quirks?login={email}", json={quirk.name: value})
        token = default_client.post("/v1/auth/login", json={"email": email, "password": "any"}).get_json()
        scheme = "" if (quirk.name, value) == ("auth_scheme", "raw") else "Bearer "
        answer = default_client.get(VENDORS, headers={"Authorization": f"{scheme}{token['access_token']}"})

        assert answer.status_code == 200
        assert load_contract().is_valid(answer.data)


def test_rejects_unknown_quirk_and_value() -> None:
    """The message lists the quirks or values that exist."""
    with pytest.raises(ConfigError, match=r"quirks\.expired_tokn: unknown quirk; choose from .* Did you mean `exp"):
        Config(quirks={"expired_tokn": 200})
    with pytest.raises(ConfigError, match=r"quirks\.expired_token: expected one of 401, 200, got '403'"):
        Config(quirks={"expired_token": "403"})


def test_accepts_status_as_number() -> None:
    """TOML files may write a status as a number."""
    assert resolve_quirks({"expired_token": 200})["expired_token"] == "200"
    assert Config(quirks={"expired_token": 200}) == Config(quirks={"expired_token": "200"})


def test_one_table_entry_adds_a_quirk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration, the admin API, snapshots and the command know a quirk from its entry alone."""
    with pytest.raises(ConfigError, match="unknown quirk"):
        Config(quirks={"weather": "rain"})

    monkeypatch.setitem(QUIRKS, "weather", Quirk("weather", ("sun", "rain"), {"assumed": "a test"}, "The weather."))
    headers = {"Authorization": "x"}
    with FakeSmartflo(Config(quirks={"weather": "rain"})) as fake:
        quirks, snapshot, restore = (f"{fake.url}/__admin/{name}" for name in ("quirks", "snapshot", "restore"))
        configured = requests.get(quirks, headers=headers, timeout=30).json()[-1]
        requests.patch(quirks, json={"weather": "sun"}, headers=headers, timeout=30).raise_for_status()
        changed = requests.get(quirks, headers=headers, timeout=30).json()[-1]
        state = requests.get(snapshot, headers=headers, timeout=30).content
        requests.post(restore, data=state, headers={"Authorization": "y"}, timeout=30).raise_for_status()
        restored = requests.get(quirks, headers={"Authorization": "y"}, timeout=30).json()[-1]
    table = CliRunner().invoke(cli, ["quirks"]).output.splitlines()

    assert ("weather", "rain", "sun", ["sun", "rain"]) == tuple(
        configured[key] for key in ("name", "value", "default", "values")
    )
    assert "sun" == changed["value"] == restored["value"]
    assert resolve_quirks({})["weather"] == "sun"
    assert any(line.startswith("weather\tsun, rain\tsun\t") for line in table)


# Each quirk


@pytest.mark.parametrize("token", ["Bearer None", "null", "Basic abc", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"])
def test_unknown_token(token: str, default_client: FlaskClient) -> None:
    """Any string is a token, or only the tokens that the fake has issued."""
    my = Account(default_client, {"Authorization": token})
    accepted, rejected = my.get(unknown_token="taken"), my.get(unknown_token="401")

    assert [200, 401] == [accepted.status_code, rejected.status_code]
    assert "this fake did not issue the token" in rejected.headers[REASON]


@pytest.mark.parametrize(
    ("value", "status", "body"),
    [
        ("404", 404, {"success": False, "message": "List not found."}),
        ("empty", 200, []),
        ("200_error", 200, {"success": False, "message": "List not found."}),
    ],
)
def test_unknown_list(value: str, status: int, body: object, my: Account) -> None:
    """The response to an unknown list states how to find one that exists, and its evidence is assumed."""
    hints = {
        f"{LEADS}/123456": "GET /v1/broadcast/lists",
        f"{LEADS}/": f"{LEADS}/8668",
        f"{LEADS}/abc": f"{LEADS}/8668",
    }
    for path, hint in hints.items():
        answer = my.get(path, unknown_list=value)

        assert (status, body, "assumed") == (answer.status_code, answer.get_json(), answer.headers[EVIDENCE])
        assert hint in answer.headers[REASON]


@pytest.mark.parametrize(("value", "status"), [("404", 404), ("empty", 404), ("200_error", 200)])
def test_unknown_list_of_write_is_an_error(value: str, status: int, my: Account) -> None:
    """A write to an unknown list never seems to succeed."""
    my.get(unknown_list=value)
    answer = my.client.post("/v1/broadcast/lead/123456", json={"field_0": "5550000042"}, headers=my.headers)

    assert (status, False) == (answer.status_code, answer.get_json()["success"])


def test_created_at_twelve_hours_early(my: Account) -> None:
    """Each created_at is half a day before the time in the lead's id, and nothing else differs."""
    early, exact = my.leads(created_at="twelve_hours_early"), my.leads()

    assert {43_200} == {int(lead["id"][:8], 16) - epoch_ms(lead, "created_at") // 1_000 for lead in early}
    assert [lead | {"created_at": None} for lead in exact] == [lead | {"created_at": None} for lead in early]
    assert {"created-twelve-hours-early"} == {finding.rule for finding in load_contract().check(early)}


def test_header_offset_shifted(my: Account) -> None:
    """The alternate phone number has no field, so that later columns move up, and the header stays."""
    shifted, positional = my.leads(header_offset="shifted"), my.leads()

    for before, after in zip(positional, shifted, strict=True):
        assert [before[f"field_{number}"] for number in (6, 7, 8)] == [after[f"field_{number}"] for number in (5, 6, 7)]
        assert after["field_8"] == ""
        assert before["header"] == after["header"]
    assert len(shifted[0]) == 57


def test_shifted_phone_number_is_found() -> None:
    """A phone number that moved up to ``field_0`` is found by number."""
    definition = ListDefinition(id=5, columns=("Alternate Phone Number", "Phone Number"), size=9)
    writer = LeadWriter(definition, load_contract(), shifted=True)

    assert [7] == writer.matching(writer.lead(7)["field_0"])


@pytest.mark.parametrize(
    ("value", "counts"),
    [("last_ten", [1, 1, 1, 0]), ("exact", [0, 1, 1, 0]), ("ignored", [25, 25, 25, 25])],
)
def test_number_filter(value: str, counts: list[int], my: Account) -> None:
    """Numbers are compared by their last ten digits, as they are stored (an unescaped plus is a space), or not."""
    phone = my.leads()[3]["field_0"]
    numbers = [phone.removeprefix("+91"), phone.replace("+", "%2B"), phone, "%2B915550999999"]

    assert counts == [len(my.get(f"{VENDORS}?number={number}", number_filter=value).get_json()) for number in numbers]


@pytest.mark.parametrize(("value", "success"), [("text", "false"), ("boolean", False)])
def test_rate_limit_success(value: str, success: object, my: Account) -> None:
    """In the body of 429, success is a string, or a boolean as in all other errors."""
    body = my.get(f"{LEADS}/900000429", rate_limit_success=value).get_json()

    assert {"success": success, "message": "Too many requests."} == body


@pytest.mark.parametrize(
    ("quirks", "path", "evidence"),
    [
        ({}, VENDORS, "sample"),
        ({"created_at": "twelve_hours_early"}, VENDORS, "sample"),
        ({"header_offset": "shifted"}, VENDORS, "assumed"),
        ({"number_filter": "ignored"}, VENDORS, "sample"),
        ({"number_filter": "ignored"}, f"{VENDORS}?number=5550000042", "assumed"),
        ({}, f"{LEADS}/900000429", "documented"),
        ({"rate_limit_success": "boolean"}, f"{LEADS}/900000429", "assumed"),
        ({"rate_limit_success": "boolean"}, f"{LEADS}/900000401", "observed"),
    ],
)
def test_evidence_follows_quirks(quirks: dict[str, str], path: str, evidence: str, my: Account) -> None:
    """A response that a quirk changes in a way without a source is assumed."""
    assert evidence == my.get(path, **quirks).headers[EVIDENCE]


def test_quirks_change_entity_tag(my: Account) -> None:
    """A client does not mistake the leads of one value for those of another."""
    tags = {
        my.get(**quirks).headers["ETag"]
        for quirks in ({}, {"created_at": "twelve_hours_early"}, {"header_offset": "shifted"})
    }

    assert len(tags) == 3

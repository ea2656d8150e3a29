"""Quirks: each is known, can be set, and changes what it says that it changes."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.mock_server import Config, ConfigError, create_app
from smartflo_contract.mock_server.config.quirks import QUIRKS, resolve_quirks
from smartflo_contract.schemas import load_contract

TOKEN = {"Authorization": "any-text"}
VENDORS = "/v1/broadcast/leads/8668"
UNKNOWN = "/v1/broadcast/leads/123456"


def client_of(**quirks: Any) -> FlaskClient:
    """Return a client of a fake with quirks."""
    return create_app(Config(quirks=quirks)).test_client()


def leads(**quirks: Any) -> list[dict[str, Any]]:
    """Return the leads of the vendor's example list."""
    found: list[dict[str, Any]] = client_of(**quirks).get(VENDORS, headers=TOKEN).get_json()
    return found


def instant(lead: dict[str, Any], key: str) -> int:
    """Return a time of a lead, in epoch ms."""
    return int(lead[key]["$date"]["$numberLong"])


def test_every_quirk_is_explained() -> None:
    """A quirk has two values or more, known labels of evidence, and a sentence on what it is for."""
    assert sorted(QUIRKS) == [quirk.name for quirk in QUIRKS.values()]
    assert all(len(set(quirk.values)) == len(quirk.values) >= 2 for quirk in QUIRKS.values())
    assert all({*quirk.evidence} <= {"documented", "sample", "observed", "assumed"} for quirk in QUIRKS.values())
    assert all(quirk.evidence and quirk.description.endswith(".") for quirk in QUIRKS.values())


@pytest.mark.parametrize("quirk", QUIRKS.values(), ids=lambda quirk: quirk.name)
def test_every_value_makes_a_fake(quirk: Any) -> None:
    """Under every value of every quirk leads are served that the contract allows."""
    for value in quirk.values:
        client = client_of(**{quirk.name: value})
        token = client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).get_json()["access_token"]
        scheme = "" if (quirk.name, value) == ("auth_scheme", "raw") else "Bearer "
        answer = client.get(VENDORS, headers={"Authorization": f"{scheme}{token}"})

        assert answer.status_code == 200
        assert load_contract().is_valid(answer.data)


@pytest.mark.parametrize("token", ["Bearer None", "null", "Basic abc", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"])
def test_unknown_tokens(token: str) -> None:
    """Any text is a token, or only those that the fake has issued."""
    answers = [
        client_of(unknown_token=value).get(VENDORS, headers={"Authorization": token}) for value in ("taken", "401")
    ]

    assert [200, 401] == [answer.status_code for answer in answers]
    assert "this fake did not issue the token" in answers[1].headers["X-Smartflo-Fake-Reason"]


def test_unknown_quirks_are_refused() -> None:
    """A quirk or a value that does not exist is an error that names those there are."""
    with pytest.raises(ConfigError, match=r"quirks\.expired_tokn: unknown quirk; choose from .* Did you mean `exp"):
        Config(quirks={"expired_tokn": 200})
    with pytest.raises(ConfigError, match=r"quirks\.expired_token: expected one of 401, 200, got '403'"):
        Config(quirks={"expired_token": "403"})


def test_numbers_may_be_written_as_numbers() -> None:
    """A value that is a status may be a number, as TOML has it."""
    assert resolve_quirks({"expired_token": 200})["expired_token"] == "200"
    assert Config(quirks={"expired_token": 200}) == Config(quirks={"expired_token": "200"})


@pytest.mark.parametrize(
    ("value", "status", "body"),
    [
        ("404", 404, {"success": False, "message": "List not found."}),
        ("empty", 200, []),
        ("200_error", 200, {"success": False, "message": "List not found."}),
    ],
)
@pytest.mark.parametrize("path", [UNKNOWN, "/v1/broadcast/leads/", "/v1/broadcast/leads/abc"])
def test_unknown_list(path: str, value: str, status: int, body: object) -> None:
    """A list that is not there is answered as the quirk says, with the reason, labelled as assumed."""
    answer = client_of(unknown_list=value).get(path, headers=TOKEN)

    assert (status, body, "assumed") == (
        answer.status_code,
        answer.get_json(),
        answer.headers["X-Smartflo-Fake-Evidence"],
    )
    assert "8668" in answer.headers["X-Smartflo-Fake-Reason"]


@pytest.mark.parametrize(("value", "status"), [("404", 404), ("empty", 404), ("200_error", 200)])
def test_unknown_list_of_a_write(value: str, status: int) -> None:
    """A write to a list that is not there is never a success without a word."""
    body = {"field_0": "5550000042"}
    answer = client_of(unknown_list=value).post("/v1/broadcast/lead/123456", json=body, headers=TOKEN)

    assert (status, False) == (answer.status_code, answer.get_json()["success"])


def test_created_at_twelve_hours_early() -> None:
    """Each created_at is half a day before the time in the lead's id, and nothing else differs."""
    early, exact = leads(created_at="twelve_hours_early"), leads()

    assert {43_200} == {int(lead["id"][:8], 16) - instant(lead, "created_at") // 1_000 for lead in early}
    assert [lead | {"created_at": None} for lead in exact] == [lead | {"created_at": None} for lead in early]
    assert {"created-twelve-hours-early"} == {finding.rule for finding in load_contract().check(early)}


def test_header_offset() -> None:
    """The alternate phone number leaves the fields, so later columns move up by one, and header stays."""
    shifted, positional = leads(header_offset="shifted"), leads()

    for before, after in zip(positional, shifted, strict=True):
        assert [before[f"field_{number}"] for number in (6, 7, 8)] == [after[f"field_{number}"] for number in (5, 6, 7)]
        assert after["field_8"] == ""
        assert before["header"] == after["header"]
    assert len(shifted[0]) == 57


@pytest.mark.parametrize(
    ("quirks", "path", "label"),
    [
        ({}, VENDORS, "sample"),
        ({"created_at": "twelve_hours_early"}, VENDORS, "sample"),
        ({"header_offset": "shifted"}, VENDORS, "assumed"),
        ({"number_filter": "ignored"}, VENDORS, "sample"),
        ({"number_filter": "ignored"}, f"{VENDORS}?number=5550000042", "assumed"),
        ({}, "/v1/broadcast/leads/900000429", "documented"),
        ({"rate_limit_success": "boolean"}, "/v1/broadcast/leads/900000429", "assumed"),
        ({"rate_limit_success": "boolean"}, "/v1/broadcast/leads/900000401", "observed"),
    ],
)
def test_labels_follow_the_quirks(quirks: dict[str, str], path: str, label: str) -> None:
    """What a quirk makes of an answer that no source has is assumed; values of leads have no part in their label."""
    assert label == client_of(**quirks).get(path, headers=TOKEN).headers["X-Smartflo-Fake-Evidence"]


def test_shifted_columns_are_searched_by_number() -> None:
    """Where the phone number stands after the alternate one, it is found in the field to which it moved."""
    definition = ListDefinition(id=5, columns=("Alternate Phone Number", "Phone Number"), size=9)
    writer = LeadWriter(definition, load_contract(), shifted=True)

    assert [7] == writer.matching(writer.lead(7)["field_0"])


@pytest.mark.parametrize(
    ("value", "found"),
    [("last_ten", [1, 1, 1, 0]), ("exact", [0, 1, 1, 0]), ("ignored", [25, 25, 25, 25])],
)
def test_number_filter(value: str, found: list[int]) -> None:
    """Numbers are compared by their last ten digits, as they are stored (a bare plus is a blank), or not at all."""
    client = client_of(number_filter=value)
    phone = leads()[3]["field_0"]
    numbers = [phone.removeprefix("+91"), phone.replace("+", "%2B"), phone, "%2B915550999999"]

    assert found == [len(client.get(f"{VENDORS}?number={number}", headers=TOKEN).get_json()) for number in numbers]


@pytest.mark.parametrize(("value", "success"), [("text", "false"), ("boolean", False)])
def test_rate_limit_success(value: str, success: object) -> None:
    """In the body of 429 success is text, or a boolean as everywhere else."""
    body = client_of(rate_limit_success=value).get("/v1/broadcast/leads/900000429", headers=TOKEN).get_json()

    assert {"success": success, "message": "Too many requests."} == body


def test_quirks_change_the_entity_tag() -> None:
    """A client that has the leads of another reading gets those of this one."""
    tags = {
        client_of(**quirks).get(VENDORS, headers=TOKEN).headers["ETag"]
        for quirks in ({}, {"created_at": "twelve_hours_early"}, {"header_offset": "shifted"})
    }

    assert len(tags) == 3

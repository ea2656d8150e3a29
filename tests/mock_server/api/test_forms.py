"""Bodies of forms, as clients on phones and in older frameworks send them."""

from typing import Any
from urllib.parse import unquote

import pytest
from werkzeug.test import TestResponse

from smartflo_contract.mock_server import Config, Fault, Login, create_app

from .conftest import LEAD, LEADS, LIST, LISTS, LOGIN, NUMBER, Account

URLENCODED = "application/x-www-form-urlencoded"
FORMS = [URLENCODED, "multipart/form-data"]


def send_form(api: Account, method: str, path: str, fields: dict[str, str], content_type: str) -> TestResponse:
    """Send a form."""
    return api.client.open(path, method=method, headers=api.headers, data=fields, content_type=content_type)


@pytest.mark.parametrize("content_type", FORMS)
def test_logs_in_by_form(content_type: str, api: Account) -> None:
    """A login may be a form."""
    response = send_form(api, "POST", LOGIN, {"email": "crm", "password": "any"}, content_type)

    assert (200, "bearer") == (response.status_code, response.get_json()["token_type"])


@pytest.mark.parametrize("content_type", FORMS)
def test_writes_lead_by_form(content_type: str, api: Account) -> None:
    """A lead from a form is stored as one from JSON: its priority is a number."""
    fields = {"field_0": NUMBER, "field_1": "Asha & Ravi", "priority": "30"}
    response = send_form(api, "POST", f"{LEAD}/8669", fields, content_type)
    added = api.leads(8669)[-1]

    assert 200 == response.status_code
    assert (f"+91{NUMBER}", "Asha & Ravi", 30) == (added["field_0"], added["field_1"], added["priority"])


@pytest.mark.parametrize("content_type", FORMS)
def test_reads_brackets_as_arrays_and_objects(content_type: str, api: Account) -> None:
    """Fields with brackets are the rows of a bulk addition, in their order."""
    fields = {
        "data[0][field_0]": NUMBER,
        "data[0][field_1]": "Asha",
        "data[1][field_0]": "5550000043",
        "duplicate_option": "clone",
    }
    response = send_form(api, "POST", f"{LEADS}/8669", fields, content_type)

    assert 200 == response.status_code
    assert ["Asha", ""] == [lead["field_1"] for lead in api.leads(8669)[-2:]]


def test_reads_empty_brackets_as_next_item(api: Account) -> None:
    """The columns of a new list may be one field each."""
    body = b"name=March&field[]=Mobile&field%5B%5D=Name"
    response = api("POST", LIST, body, Content_Type=URLENCODED)

    assert ["Mobile", "Name"] == response.get_json()["field_map"]
    assert "March" in [entry["name"] for entry in api("GET", LISTS).get_json()]


def test_reads_nested_object_of_a_patch(api: Account) -> None:
    """An object in a form changes all leads that match."""
    number = api.leads(8669)[0]["field_0"]
    fields = {"field": "field_0", "data[]": number, "lead_data[field_1]": "Asha"}
    send_form(api, "PATCH", f"{LEADS}/8669", fields, URLENCODED)

    assert "Asha" == api.leads(8669)[0]["field_1"]


def test_reads_json_with_the_content_type_of_a_form(api: Account) -> None:
    """JSON that curl sends without a header is JSON."""
    response = api("POST", f"{LEAD}/8669", b' {"field_0": "5550000042"}', Content_Type=URLENCODED)

    assert 200 == response.status_code


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"field_1=Asha", URLENCODED, 422),
        (b"", URLENCODED, 422),
        (b"=x&[]=y&]=z", URLENCODED, 422),
        (b"a" + b"[b]" * 20 + b"=1", URLENCODED, 400),
        (b"field_0=%ff", URLENCODED, 400),
        (b"--x\r\n", "multipart/form-data; boundary=x", 400),
        (b"field_0=5550000042", "multipart/form-data", 400),
    ],
)
def test_rejects_form_that_cannot_be_used(body: bytes, content_type: str, status: int, api: Account) -> None:
    """A form that lacks a field is 422 as in JSON; one that cannot be read is 400."""
    response = api("POST", f"{LEAD}/8669", body, Content_Type=content_type)

    assert status == response.status_code
    assert "X-Smartflo-Fake-Reason" in response.headers


def test_journal_shows_form_as_json_without_secrets(api: Account) -> None:
    """The fields of a form are found like keys of JSON; the password is masked."""
    send_form(api, "POST", f"{LEAD}/8669", {"field_0": NUMBER}, URLENCODED)
    client = create_app().test_client()
    client.post(LOGIN, data={"login_id": "crm", "password": "hidden"})
    (login,) = client.get("/__admin/requests").get_json()["requests"]
    found = api("POST", "/__admin/requests/count", {"json": {"field_0": NUMBER}}).get_json()

    assert 1 == found["total"]
    assert {"login_id": "crm", "password": "[masked]"} == login["body"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"login_id": "crm", "password": "right"}, 200),
        ({"login_id": "crm", "password": "other"}, 401),
        ({"email": "crm", "login_id": "other", "password": "right"}, 200),
        ({"login_id": "", "password": "right"}, 422),
    ],
)
def test_login_id_replaces_email(content: dict[str, Any], status: int) -> None:
    """A sister brand's clients send login_id; email counts if both are sent."""
    client = create_app(Config(logins=[Login("crm", "right")])).test_client()

    assert status == client.post(LOGIN, json=content).status_code


def test_login_without_login_id_names_email(api: Account) -> None:
    """The documented key is the one that is missing."""
    response = api("POST", LOGIN, {"password": "any"})

    assert {"email": "The email field is required."} == response.get_json()


def test_login_by_either_key_selects_one_account(api: Account) -> None:
    """Both keys hold the same login id."""
    accounts = set()
    for key in ("email", "login_id"):
        token = api("POST", LOGIN, {key: "crm", "password": "any"}).get_json()["access_token"]
        accounts.add(len(api.client.get(LISTS, headers={"Authorization": token}).get_json()))
        api.client.post(LIST, json={"name": "March"}, headers={"Authorization": token})

    assert {4, 5} == accounts


def test_quirk_lists_validation_errors() -> None:
    """Each field has a list of messages: in writes, logins, queries, magic ids and faults."""
    api = Account(
        create_app(Config(quirks={"validation_errors": "list"}, faults=[Fault(["422"], list_id=8670)])).test_client()
    )
    bodies = [
        api("POST", f"{LEAD}/8669", {}),
        api("POST", f"{LEAD}/8669", {"field_0": "x"}),
        api("POST", LOGIN, {"email": "crm"}),
        api("GET", "/v1/broadcast/dnd/leads?limit=0"),
        api("GET", f"{LEADS}/900000422"),
        api("GET", f"{LEADS}/8670"),
    ]

    assert [422] * 6 == [body.status_code for body in bodies]
    for body in bodies:
        assert all(isinstance(messages, list) and messages for messages in body.get_json().values())


def test_quirk_of_the_account_that_logs_in(api: Account) -> None:
    """A login that names an account gets the errors of that account."""
    api.client.patch("/__admin/quirks?login=crm", json={"validation_errors": "list"})

    assert ["The password field is required."] == api("POST", LOGIN, {"email": "crm"}).get_json()["password"]


@pytest.mark.parametrize(
    "fields",
    [
        "data[1]={}&data[]={}",
        "data[]={}&data[]={}",
        "data[3]={}&data[2]={}&data[]={}",
        "data[7]={}&data[]={}&data[]={}",
    ],
)
def test_item_without_index_replaces_none(fields: str, api: Account) -> None:
    """An empty index is the one after the highest, so that no number is lost."""
    count = fields.count("{}")
    body = fields.format(*(f"555000004{digit}" for digit in range(count)))
    response = api.client.post("/v1/broadcast/dnd/leads/1", data=body, content_type=URLENCODED, headers=api.headers)

    assert f"{count} leads added to DND list." == response.get_json()["message"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (URLENCODED, b"field_0=5550000042&field_1=%E9"),
        (URLENCODED, b"field_0=5550000042&field_1=\xe9"),
        (
            "multipart/form-data; boundary=B",
            b'--B\r\nContent-Disposition: form-data; name="field_0"\r\n\r\n\xe9\r\n--B--',
        ),
    ],
)
def test_form_that_is_not_utf8_is_rejected(content_type: str, body: bytes, api: Account) -> None:
    """A name in another encoding is not stored as a replacement character."""
    before = api.leads(8669)
    path = f"{LEAD}/8669"
    response = api.client.post(path, data=body, content_type=content_type, headers=api.headers)

    assert 400 == response.status_code
    assert unquote(response.headers["X-Smartflo-Fake-Reason"]).startswith("the form cannot be read: it is not UTF-8; ")
    assert before == api.leads(8669)


@pytest.mark.parametrize("content_type", FORMS)
def test_replacement_character_is_a_character(content_type: str, api: Account) -> None:
    """One that the client sends is stored."""
    send_form(api, "POST", f"{LEAD}/8669", {"field_0": NUMBER, "field_1": "\N{REPLACEMENT CHARACTER}"}, content_type)

    assert "\N{REPLACEMENT CHARACTER}" == api.leads(8669)[-1]["field_1"]

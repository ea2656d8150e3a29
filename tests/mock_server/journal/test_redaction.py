"""Secrets in requests are not recorded, and everything else is."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import ADD, LEADS, ME, entries, search

SECRETS = ("s3same", "hunter2", "swordfish")


@pytest.mark.parametrize(
    ("method", "path", "headers", "data"),
    [
        ("GET", f"{LEADS}?access_token=s3same&Password=hunter2&api_key=swordfish", {"Authorization": "s3same"}, b""),
        ("GET", LEADS, {"Authorization": "Bearer s3same", "Cookie": "a=hunter2", "X-Anything": "swordfish"}, b""),
        ("POST", "/v1/auth/login", {}, b'{"email": "crm", "password": "hunter2"}'),
        ("POST", "/v1/auth/login/", {}, b'{"email": "crm", "passwort": "hunter2", "code": ["s3same"]}'),
        ("POST", "/v1/auth/login", {}, b'{"email": {"x": "hunter2"}, "password": "s3same"}'),
        ("POST", "/v1/auth/login", {}, b'["s3same"]'),
        ("POST", "//v1/auth/login", {}, b'{"email": "crm", "pin": "s3same", "password": "any"}'),
        ("POST", "/v1/auth/login", {}, b'{"email": "crm", "password": "any", "hunter2": 1}'),
        ("GET", f"{LEADS}?token%3Ds3same&%22password%22:hunter2=1&auth[swordfish]=1&a=1;password=swordfish", {}, b""),
        (
            "GET",
            f"{LEADS}?next=/x%3Ftoken%3Ds3same&%EF%BD%90assword=hunter2&p%2500assword=swordfish",
            {},
            b"",
        ),
        ("GET", "/v1/broadcast/leads/8668&token=s3same", {}, b""),
        ("GET", "/v1/auth/logout;password=hunter2", {}, b""),
        ("GET", "/v1/broadcast/leads/eyJhbGciOiJI.eyJzdWIiOiJzM3NhbWUi.s3same-hunter2", {}, b""),
        (
            "GET",
            LEADS,
            {"User-Agent": "curl Authorization: Bearer s3same", "Content-Type": "a/b; token=hunter2"},
            b"",
        ),
        (
            "POST",
            ADD,
            ME,
            b'{"field_1": "eyJhbGciOiJI.eyJzdWIi.s3same", "x": "Bearer hunter2hunter2hunter2"}',
        ),
        ("POST", ADD, ME, b'{"password=hunter2": 1, "jwt": "s3same", "otp": "swordfish", "Private-Key": "s3same"}'),
        ("POST", "/v1/auth/login", {}, b'{"email": "crm", "password": "hunter2"'),
        ("POST", "/v1/auth/login", {}, b"email=crm&password=hunter2"),
        ("POST", ADD, ME, b'{"field_0": "5550000042", "Password": "hunter2", "a": [{"apiKey": {"b": "s3same"}}]}'),
        ("POST", ADD, ME, b'{"token": "' + b"s3same" * 20_000 + b'"}'),
        ("GET", "/v1/leads/apikey=s3same;Pass-Phrase=hunter2,x_api_key:swordfish", {}, b""),
        ("GET", f"{LEADS}?next=/x%3FapiKey%3Ds3same&passphrase=hunter2&subscription-key=swordfish", {}, b""),
        ("GET", LEADS, {"User-Agent": "crm api-key=s3same; passphrase: hunter2, signing.key=swordfish"}, b""),
        ("POST", ADD, ME, b'{"passphrase": "hunter2", "PassKey": "s3same", "encryption_key": "swordfish"}'),
        ("POST", ADD, ME, b'{"userPass": "hunter2", "TOTP": "s3same", "hmac": {"x": "swordfish"}}'),
        ("POST", "/v1/anything", {"Proxy-Authorization": "Basic s3same"}, b'{"password": "hunter2"}'),
    ],
)
def test_masks_secrets(client: FlaskClient, method: str, path: str, headers: dict[str, str], data: bytes) -> None:
    """Tokens and passwords are not recorded, in any position and encoding."""
    client.open(path, method=method, headers=headers, data=data)
    returned = client.get("/__admin/requests").get_data(as_text=True)

    assert 1 == len(entries(client))
    assert [] == [secret for secret in SECRETS if secret in returned]


@pytest.mark.parametrize(
    "body",
    [
        {"field_1": "harveyjones.k@example.com", "field_2": "info@surveyjobs.example.com", "field_3": "Bearer Singh"},
        {
            "Passport": "x",
            "Authority Name": "y",
            "Compass": "z",
            "session": 1,
            "key": 2,
            "keyword": "k",
            "turkey": "t",
            "monkey id": "m",
            "pin": 560001,
            "author": "w",
        },
        {"field_1": "Token: 5", "field_2": "password=please", "field_3": "eyJust a name"},
    ],
)
def test_keeps_what_only_resembles_a_secret(client: FlaskClient, body: dict[str, Any]) -> None:
    """Values that only resemble secrets are recorded verbatim, and can be searched."""
    client.post(
        f"{ADD}?author=x&key=1&pin=2&number=1&number=2", json=body, headers=ME | {"User-Agent": "crm (a@b.example)"}
    )
    (entry,) = entries(client)

    assert (body, "crm (a@b.example)") == (entry["body"], entry["headers"]["User-Agent"])
    assert {"author": "x", "key": "1", "pin": "2", "number": ["1", "2"]} == entry["query"]
    assert 1 == search(client, "count", json=body)["total"]


def test_keeps_messages_of_the_fake(client: FlaskClient) -> None:
    """The fake's own messages about passwords and tokens are recorded verbatim."""
    client.get(LEADS)
    client.post("/v1/auth/login", json={"email": "crm"})
    first, second = entries(client)

    assert "--header 'Authorization: Bearer any-text'" in first["response"]["reason"]
    assert {"password": "The password field is required."} == second["response"]["body"]


@pytest.mark.parametrize("criteria", [{"json": {"a": [{"password": "x"}]}}, {"query": {"access_token": "x"}}])
def test_rejects_search_for_secrets(client: FlaskClient, criteria: dict[str, Any]) -> None:
    """A search for a masked value could never match and is rejected."""
    response = client.post("/__admin/requests/count", json=criteria, headers=ME)

    assert 422 == response.status_code
    assert "the journal masks values under this name" in response.get_json()["detail"]


def test_masks_issued_tokens(client: FlaskClient) -> None:
    """Tokens in responses of the fake are masked."""
    token = client.post("/v1/auth/login", json={"email": "crm", "password": "any"}).get_json()["access_token"]
    client.post("/v1/auth/refresh", headers={"Authorization": f"Bearer {token}"})
    recorded = entries(client)

    assert ["[masked]", "[masked]"] == [entry["response"]["body"]["access_token"] for entry in recorded]
    assert token not in json.dumps(recorded)

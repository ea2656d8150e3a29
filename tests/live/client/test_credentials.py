"""Credentials from the environment."""

import pytest

from smartflo_contract.live import Credentials
from smartflo_contract.live.client.credentials import credentials_from_environment

LOGIN = {"SMARTFLO_EMAIL": "crm@example.com", "SMARTFLO_PASSWORD": "any-password"}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"SMARTFLO_EMAIL": "crm@example.com"}, None),
        ({"SMARTFLO_PASSWORD": "any-password"}, None),
        ({"SMARTFLO_TOKEN": " \n"}, None),
        ({"SMARTFLO_TOKEN": " of-production\n"}, Credentials("of-production")),
        (LOGIN, Credentials(None, "crm@example.com", "any-password")),
        (LOGIN | {"SMARTFLO_TOKEN": "of-production"}, Credentials("of-production")),
    ],
)
def test_prefers_token_and_ignores_incomplete_login(environ: dict[str, str], expected: Credentials | None) -> None:
    """A token takes precedence over a login; half a login is no credentials."""
    assert expected == credentials_from_environment(environ)


def test_repr_hides_secrets() -> None:
    """``repr`` contains only the kind, because pytest prints it in failing tests."""
    printed = repr([Credentials("of-production"), Credentials(None, "crm@example.com", "any-password")])
    assert "[<Credentials, a token>, <Credentials, a login>]" == printed

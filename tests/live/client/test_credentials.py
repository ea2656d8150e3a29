"""Credentials from the environment."""

import pytest

from smartflo_contract.live import Credentials
from smartflo_contract.live.client.credentials import credentials_from_environment

LOGIN = {"SMARTFLO_EMAIL": "crm@example.com", "SMARTFLO_PASSWORD": "any-password"}
LOGIN_VALUES = (None, "crm@example.com", "any-password")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"SMARTFLO_EMAIL": "crm@example.com"}, None),
        ({"SMARTFLO_PASSWORD": "any-password"}, None),
        ({"SMARTFLO_TOKEN": " \n"}, None),
        ({"SMARTFLO_TOKEN": " of-production\n"}, Credentials("of-production")),
        (LOGIN, Credentials(*LOGIN_VALUES)),
        ({"SMARTFLO_EMAIL": "crm@example.com\n", "SMARTFLO_PASSWORD": "\r\n"}, None),
        ({"SMARTFLO_EMAIL": "crm@example.com\n", "SMARTFLO_PASSWORD": "any-password\r\n"}, Credentials(*LOGIN_VALUES)),
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


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
def test_removes_line_ends(end: str) -> None:
    """A line break at the end of a secret, as of a file or a prompt, is not part of it; blanks of a password are."""
    assert Credentials("of-production") == Credentials(f"of-production{end}")
    typed = Credentials(None, f"crm@example.com{end}", f" any password {end}")
    assert ("crm@example.com", " any password ") == (typed.email, typed.password)

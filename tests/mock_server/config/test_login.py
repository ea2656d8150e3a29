"""Configured logins, and other secrets."""

from typing import Any

import pytest

from smartflo_contract.mock_server import Config, ConfigError, Login


def test_representation_hides_password() -> None:
    """No representation of a configuration contains the password of a login."""
    assert "opensesame" not in repr(Config(logins=(Login("crm", "opensesame"),)))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_removes_line_ends(ending: str) -> None:
    """Secrets of CI often end in a line break, which clients do not send; blanks belong to a password."""
    (login,) = Config(logins=[Login(f"you@example.com{ending}", f" p4ss {ending}")]).logins

    assert ("you@example.com", " p4ss ") == (login.email, login.password)


def test_rejects_password_without_characters() -> None:
    """A password of line ends alone is none."""
    with pytest.raises(ConfigError, match=r"^logins\[0\]\.password: expected a string of 1 character or more$"):
        Config(logins=[Login("you@example.com", "\n")])


@pytest.mark.parametrize(("email", "password", "name"), [(3, "any", "email"), ("crm", 4711, "password")])
def test_names_the_part_of_a_login_that_is_no_string(email: Any, password: Any, name: str) -> None:
    """The message points to the value of one login, and contains no password."""
    with pytest.raises(ConfigError, match=rf"^logins\[1\]\.{name}: expected a string of 1 character or more$"):
        Config(logins=[Login("crm", "opensesame"), Login(email, password)])


@pytest.mark.parametrize("token", ["", "tökn-4711", "a\nb", "4711" * 251, 4711])
def test_rejects_admin_token_that_no_header_can_contain(token: Any) -> None:
    """Clients encode other characters in different ways, so no request would be accepted; the token is not shown."""
    with pytest.raises(ConfigError, match=r"^admin_token: expected a string of 1 to 1000 ASCII characters") as raised:
        Config(admin_token=token)

    assert "4711" not in str(raised.value)

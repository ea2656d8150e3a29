"""Configured logins."""

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
    with pytest.raises(ConfigError, match="logins: expected a list"):
        Config(logins=[Login("you@example.com", "\n")])

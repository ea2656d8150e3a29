"""Configured logins."""

from smartflo_contract.mock_server import Config, Login


def test_representation_hides_password() -> None:
    """No representation of a configuration contains the password of a login."""
    assert "opensesame" not in repr(Config(logins=(Login("crm", "opensesame"),)))

"""Handlers for health and version of the fake."""

from smartflo_contract._version import __version__
from smartflo_contract.mock_server.accounts.account_ids import ALL_ACCOUNTS
from smartflo_contract.mock_server.admin.requests import AdminRequest


def get_health(_: AdminRequest) -> object:
    """Return that the fake responds."""
    return {"status": "ok"}


def get_ready(request: AdminRequest) -> object:
    """Return that the fake can answer requests for leads: its store answers, and its file is still there.

    Raises:
        StoreUnavailable: the database of the store does not answer, or its file was deleted.
    """
    request.state.accounts.refresh(ALL_ACCOUNTS)
    request.state.accounts.check_file()
    return {"status": "ok"}


def get_version(request: AdminRequest) -> object:
    """Return the version of the fake, and what its leads depend on."""
    config = request.state.config
    return {"version": __version__, "profile": config.profile, "seed": config.seed, "read_only": config.read_only}

"""Handlers for the quirks of an account."""

from dataclasses import replace

from smartflo_contract.mock_server.accounts.settings import Settings
from smartflo_contract.mock_server.admin.problems import value_errors_as_problems
from smartflo_contract.mock_server.admin.requests import AdminRequest
from smartflo_contract.mock_server.admin.settings import change_settings
from smartflo_contract.mock_server.config.quirks import QUIRKS, resolve_quirks
from smartflo_contract.mock_server.http.compact_json import whole_number


def get_quirks(request: AdminRequest) -> object:
    """Return every quirk with its value for the account."""
    values = request.settings.quirks
    return [
        {
            "name": quirk.name,
            "value": values[quirk.name],
            "values": quirk.values,
            "default": quirk.default,
            "evidence": quirk.evidence,
            "why": quirk.description,
        }
        for quirk in QUIRKS.values()
    ]


def patch_quirks(request: AdminRequest) -> object:
    """Set some quirks; ``None`` restores the default."""
    changes = {name: whole_number(value) for name, value in request.body.items()}
    with value_errors_as_problems():
        resolve_quirks({name: value for name, value in changes.items() if value is not None or name not in QUIRKS})

    def merge(settings: Settings) -> Settings:
        quirks = {**settings.quirks, **changes}
        return replace(settings, quirks={name: str(value) for name, value in quirks.items() if value is not None})

    change_settings(request, merge)
    return get_quirks(request)

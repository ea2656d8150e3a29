"""Read the settings in a TOML file."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from smartflo_contract.mock_server.config._toml import read_toml
from smartflo_contract.mock_server.config.store_url import resolve_sqlite_path
from smartflo_contract.mock_server.config.tables import LEADS_FILE, reject_unknown_settings
from smartflo_contract.mock_server.errors import ConfigError

_OPTIONS: Final = {"coverage", "state"}
"""Options of ``serve`` that are no settings: they name a file of one run."""
_PATHS: Final = ("overlay", "dialling")


def read_settings(file: Path, known: Collection[str]) -> dict[str, Any]:
    """Return the settings in a TOML file. Relative paths in it start from the folder of the file.

    Args:
        file: the file.
        known: the names of all settings.

    Raises:
        ConfigError: the file cannot be read, or has an unknown setting.
    """
    settings = read_toml(file)
    for name in sorted(_OPTIONS & settings.keys()):
        message = f"{name}: no setting of a file; use serve --{name} FILE, or the variable SMARTFLO_{name.upper()}"
        raise ConfigError(message)
    for name in _PATHS:
        path = settings.get(name)
        if path == "":
            message = f"{name}: expected a path, got an empty string"
            raise ConfigError(message)
        if isinstance(path, str):
            settings[name] = file.parent / path
    reject_unknown_settings(settings, known)
    if isinstance(settings.get("store"), str):
        settings["store"] = resolve_sqlite_path(settings["store"], file.parent)
    if isinstance(settings.get("lists"), list):
        settings["lists"] = [_resolve_leads_file(table, file.parent) for table in settings["lists"]]
    return settings


def _resolve_leads_file(table: object, folder: Path) -> object:
    path = table.get(LEADS_FILE) if isinstance(table, dict) else None
    return {**table, LEADS_FILE: folder / path} if isinstance(table, dict) and isinstance(path, str) else table

"""Read the settings in a TOML file."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from smartflo_contract.mock_server.config.store_url import resolve_sqlite_path
from smartflo_contract.mock_server.config.tables import LEADS_FILE, reject_unknown_settings
from smartflo_contract.mock_server.errors import ConfigError


def read_settings(file: Path, known: Collection[str]) -> dict[str, Any]:
    """Return the settings in a TOML file. Relative paths in it start from the folder of the file.

    Args:
        file: the file.
        known: the names of all settings.

    Raises:
        ConfigError: the file cannot be read, or has an unknown setting.
    """
    settings = _read_toml(file)
    reject_unknown_settings(settings, known)
    if isinstance(settings.get("overlay"), str):
        settings["overlay"] = file.parent / settings["overlay"]
    if isinstance(settings.get("dialling"), str):
        settings["dialling"] = file.parent / settings["dialling"]
    if isinstance(settings.get("store"), str):
        settings["store"] = resolve_sqlite_path(settings["store"], file.parent)
    if isinstance(settings.get("lists"), list):
        settings["lists"] = [_resolve_leads_file(table, file.parent) for table in settings["lists"]]
    return settings


def _read_toml(file: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - slow to import, and most fakes have no configuration file

    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        message = f"not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}"
    except ValueError as error:  # TOMLDecodeError, or an integer with more digits than Python reads
        message = f"not TOML: {error}"
    except RecursionError:
        message = "not TOML: nested too deeply"
    raise ConfigError(message)


def _resolve_leads_file(table: object, folder: Path) -> object:
    path = table.get(LEADS_FILE) if isinstance(table, dict) else None
    return {**table, LEADS_FILE: folder / path} if isinstance(table, dict) and isinstance(path, str) else table

"""Decode a TOML file."""

from pathlib import Path
from typing import Any

from smartflo_contract.mock_server.errors import ConfigError


def read_toml(file: Path) -> dict[str, Any]:
    """Return the tables of a TOML file, which may begin with a byte order mark.

    Raises:
        ConfigError: the file cannot be read, or is not TOML.
    """
    import tomllib  # noqa: PLC0415 - slow to import, and most fakes have no such file

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

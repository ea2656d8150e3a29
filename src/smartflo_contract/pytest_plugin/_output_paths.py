"""Paths that options of the plugin write to: checked before the first test."""

from pathlib import Path

import pytest

from smartflo_contract.live.errors import OutputError
from smartflo_contract.live.output_files import require_writable, require_writable_folder


def require_output_path(option: str, path: Path, *, is_folder: bool = False) -> None:
    """Require that a file can be replaced or created, or that files can be created in a folder.

    Args:
        option: the option that writes to it.
        path: the file or folder.
        is_folder: whether it is a folder.

    Raises:
        pytest.UsageError: it cannot be; the message names the option.
    """
    try:
        (require_writable_folder if is_folder else require_writable)(path)
    except OutputError as error:
        message = f"{option}: {error}"
        raise pytest.UsageError(message) from None

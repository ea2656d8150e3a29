"""Files that are replaced as a whole: checked before anything is read, and never left half-written."""

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EACCES, EISDIR, ENOENT
from functools import partial
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import BinaryIO, Final

from smartflo_contract.live.errors import OutputError

_MAX_NAME_CHARACTERS: Final = 60
"""Characters of a file name that its temporary file has as well: 60 take at most 240 of the 255 bytes of a name."""
_DESCRIPTOR: Final = re.compile(r"/dev/(stdout|stderr)|(?:/dev|/proc/self)/fd/([0-9]{1,6})")
_STANDARD_OUTPUTS: Final = {"stdout": 1, "stderr": 2}
_DEFAULT_MODE: Final = 0o666
_PRIVATE_MODE: Final = 0o600
_MAX_LINKS: Final = 40
"""Symbolic links that are followed, as many as Linux follows."""


def is_same_file(path: Path, *others: Path | None) -> bool:
    """Return whether a path leads to the same file as another one, which need not exist."""
    return os.path.realpath(path) in {os.path.realpath(other) for other in others if other}


def require_writable(path: Path) -> None:
    """Require that a file can be replaced or created.

    Raises:
        OutputError: it cannot be.
    """
    descriptor = _descriptor(path)
    if descriptor is not None:
        try:
            os.write(descriptor, b"")
        except OSError as error:
            raise OutputError(path, error.strerror) from None
        return
    if path.is_dir():
        raise OutputError(path, os.strerror(EISDIR))
    if not path.parent.is_dir():
        raise OutputError(path, os.strerror(ENOENT))
    try:
        mode = path.stat().st_mode if path.exists() else None
        if mode is not None and not os.access(path, os.W_OK):
            raise OutputError(path, os.strerror(EACCES))
        if mode is None or S_ISREG(mode):
            with _temporary_beside(Path(os.path.realpath(path))):
                pass
    except OSError as error:
        raise OutputError(path, error.strerror) from None


def require_writable_folder(path: Path) -> None:
    """Create a folder if it is missing, and require that files can be created in it.

    Raises:
        OutputError: they cannot be.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(path, error.strerror) from None
    require_writable(path / "index.html")


@contextmanager
def replace_file(path: Path | None, *, is_private: bool = False) -> Iterator[BinaryIO]:
    """Open a file that replaces another one at the end, unless there is an error.

    An existing file keeps its mode and the symbolic links to it; another hard link keeps the earlier content. A pipe or
    a device is written to at the end, and so is an open file such as ``/dev/stdout``, from its position on.

    Args:
        path: file to replace or to create; ``None`` for a temporary file that is deleted at the end.
        is_private: whether only its owner can read a new file, because it may contain secrets.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        descriptor = None if path is None else _descriptor(path)
        mode = path.stat().st_mode if path is not None and path.exists() else None
        if path is None or descriptor is not None or not (mode is None or S_ISREG(mode)):
            with tempfile.TemporaryFile() as file:
                yield file
                if path is not None:
                    file.seek(0)
                    with path.open("wb") if descriptor is None else os.fdopen(os.dup(descriptor), "wb") as stream:
                        shutil.copyfileobj(file, stream)
            return
        target = Path(os.path.realpath(path))
        default = _PRIVATE_MODE if is_private else _DEFAULT_MODE
        with _temporary_beside(target, default if mode is None else S_IMODE(mode)) as (file, replace):
            if mode is not None:
                Path(file.name).chmod(S_IMODE(mode))
            yield file
            replace()
    except OSError as error:
        raise OutputError(path or "a temporary file", error.strerror) from None


def _descriptor(path: Path) -> int | None:
    """Return the file descriptor that a path such as ``/dev/stdout`` names; ``None`` for any other path.

    A file that standard output goes to must not be replaced: it may have other content, and more may follow.
    """
    name = os.path.abspath(path)  # noqa: PTH100 - `resolve` follows the descriptor to its file
    for _ in range(_MAX_LINKS):
        match = _DESCRIPTOR.fullmatch(name)
        if match is not None:
            return _STANDARD_OUTPUTS[match[1]] if match[1] else int(match[2])
        try:
            name = os.path.normpath(Path(name).parent / os.readlink(name))  # noqa: PTH115 - for any path
        except (OSError, ValueError):
            break
    return None


@contextmanager
def _temporary_beside(target: Path, mode: int = _PRIVATE_MODE) -> Iterator[tuple[BinaryIO, Callable[[], None]]]:
    """Open a new file in the folder of another one; yield it, and a function that closes it and replaces the other.

    Args:
        target: the other file.
        mode: mode of the new one, of which the umask is subtracted. No other user may open it before a later `chmod`.
    """
    temporary = target.with_name(f".{target.name[:_MAX_NAME_CHARACTERS]}.{secrets.token_hex(4)}")

    def replace() -> None:
        file.close()
        temporary.replace(target)

    try:
        with open(temporary, "x+b", opener=partial(os.open, mode=mode)) as file:
            yield file, replace
    finally:
        temporary.unlink(missing_ok=True)

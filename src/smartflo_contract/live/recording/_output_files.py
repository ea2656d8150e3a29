"""Files that a recording writes: checked before anything is read, and replaced only once everything is complete."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from errno import EISDIR, ENOENT, ENOTDIR
from os import PathLike
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import BinaryIO

from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.sources import BodySource


def lists_folder(module: Path) -> Path:
    """Return the folder of the JSON files that the tests of a module load: beside it, and named after it."""
    return module.with_suffix("")


def check_targets(source: BodySource, fixture: Path | None, module: Path | None) -> None:
    """Require that the targets of a recording differ from each other and from its source, and can be written.

    Args:
        source: what is recorded.
        fixture: fixture to write.
        module: module of tests to write.

    Raises:
        RecordError: they cannot be written.
    """
    if fixture is None and module is None:
        message = "nothing to write: name a fixture, a test module, or both"
        raise RecordError(message)
    source_path = Path(source) if isinstance(source, str | PathLike) and Path(source).is_file() else None
    conflict = _conflict_with_module(module, fixture, source_path) if module else None
    if conflict is None and source_path and _is_same_file(source_path, fixture, module):
        conflict = f"{source_path} is the recorded file and would be overwritten: write to another file"
    if conflict:
        raise RecordError(conflict)
    for path in filter(None, (fixture, module)):
        _require_writable(path)


def _conflict_with_module(module: Path, fixture: Path | None, source: Path | None) -> str | None:
    """Return the reason why tests cannot be written to a module."""
    if module.suffix != ".py":
        return f"{module}: tests are written to a Python file, such as test_recorded.py"
    if _is_same_file(module, fixture):
        return f"{module}: the fixture and the tests cannot be the same file"
    folder = lists_folder(module)
    if folder.exists() and not folder.is_dir():
        return f"cannot write {folder}: {os.strerror(ENOTDIR)}"
    for path in filter(None, (fixture, source)):
        if _is_same_file(path.parent, folder):
            return f"{path}: the folder {folder.name} is for the lists of {module.name}; use another folder"
    return None


def _is_same_file(path: Path, *others: Path | None) -> bool:
    """Return whether a path leads to the same file as another one, which need not exist."""
    return os.path.realpath(path) in {os.path.realpath(other) for other in others if other}


@contextmanager
def replace_file(path: Path | None) -> Iterator[BinaryIO]:
    """Open a file that replaces another one at the end, unless there is an error.

    An existing file keeps its mode and the links to it. A pipe or a device is written to at the end.

    Args:
        path: file to replace or to create; ``None`` for a temporary file that is deleted at the end.

    Raises:
        RecordError: it cannot be written.
    """
    try:
        mode = path.stat().st_mode if path is not None and path.exists() else None
        if path is None or not (mode is None or S_ISREG(mode)):
            with tempfile.TemporaryFile() as file:
                yield file
                if path is not None:
                    file.seek(0)
                    with path.open("wb") as stream:
                        shutil.copyfileobj(file, stream)
            return
        target = Path(os.path.realpath(path))
        temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with temporary.open("x+b") as file:
                if mode is not None:
                    temporary.chmod(S_IMODE(mode))
                yield file
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _write_error(path or "a temporary file", error.strerror) from None


@contextmanager
def replace_files(folder: Path, contents: Mapping[str, str]) -> Iterator[None]:
    """Write files into a folder, which is created if necessary: all of them at the end, or none if there is an error.

    Args:
        folder: the folder.
        contents: contents by file name.

    Raises:
        RecordError: they cannot be written.
    """
    is_new = not folder.is_dir()
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise _write_error(folder, error.strerror) from None
    try:
        with ExitStack() as stack:
            for name, content in contents.items():
                _require_writable(folder / name)
                stack.enter_context(replace_file(folder / name)).write(content.encode())
            yield
    except BaseException:
        if is_new:
            with suppress(OSError):
                folder.rmdir()
        raise


def _require_writable(path: Path) -> None:
    if path.is_dir():
        raise _write_error(path, os.strerror(EISDIR))
    if not path.parent.is_dir():
        raise _write_error(path, os.strerror(ENOENT))


def _write_error(path: Path | str, reason: str | None) -> RecordError:
    return RecordError(f"cannot write {path}: {reason}")

"""Files that a recording writes: checked before anything is read, and replaced only once everything is complete."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from errno import ENOTDIR
from os import PathLike
from pathlib import Path

from smartflo_contract.live.errors import OutputError, RecordError
from smartflo_contract.live.output_files import is_same_file, replace_file, require_writable
from smartflo_contract.live.sources import BodySource, require_source, split_selector


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
        RecordError: they conflict.
        OutputError: they cannot be written.
    """
    if fixture is None and module is None:
        message = "nothing to write: name a fixture, a test module, or both"
        raise RecordError(message)
    require_source(source)
    path = split_selector(source)[0] if isinstance(source, str | PathLike) else None
    source_path = path if path and path.is_file() else None
    conflict = _conflict_with_module(module, fixture, source_path) if module else None
    if conflict is None and source_path and is_same_file(source_path, fixture, module):
        conflict = f"{source_path} is the recorded file and would be overwritten: write to another file"
    if conflict:
        raise RecordError(conflict)
    for path in filter(None, (fixture, module)):
        require_writable(path)


def _conflict_with_module(module: Path, fixture: Path | None, source: Path | None) -> str | None:
    """Return the reason why tests cannot be written to a module."""
    if module.suffix != ".py":
        return f"{module}: tests are written to a Python file, such as test_recorded.py"
    if is_same_file(module, fixture):
        return f"{module}: the fixture and the tests cannot be the same file"
    folder = lists_folder(module)
    if folder.exists() and not folder.is_dir():
        return f"cannot write {folder}: {os.strerror(ENOTDIR)}"
    for path in filter(None, (fixture, source)):
        if is_same_file(path.parent, folder):
            return f"{path}: the folder {folder.name} is for the lists of {module.name}; use another folder"
    return None


@contextmanager
def replace_files(folder: Path, contents: Mapping[str, str]) -> Iterator[None]:
    """Write files into a folder, which is created if necessary: all of them at the end, or none if there is an error.

    Args:
        folder: the folder.
        contents: contents by file name.

    Raises:
        OutputError: they cannot be written.
    """
    is_new = not folder.is_dir()
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(folder, error.strerror) from None
    try:
        with ExitStack() as stack:
            for name, content in contents.items():
                require_writable(folder / name)
                stack.enter_context(replace_file(folder / name)).write(content.encode())
            yield
    except BaseException:
        if is_new:
            with suppress(OSError):
                folder.rmdir()
        raise

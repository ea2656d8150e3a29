"""A response of the real API, written without personal data: as a fixture, and as tests of what is found in it."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from errno import EISDIR, ENOENT
from os import PathLike
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import Any, BinaryIO, Final, NamedTuple, NoReturn

import orjson

from smartflo_contract.live.client.credentials import Credentials
from smartflo_contract.live.client.limits import MAX_RESPONSE_SECONDS, MAX_WAIT_SECONDS
from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.parsing.body_defect import BodyDefect
from smartflo_contract.live.parsing.lead_items import LeadItems
from smartflo_contract.live.recording.pseudonymizer import pseudonyms
from smartflo_contract.live.recording.regression_tests import Finds, Module
from smartflo_contract.live.sources import BodySource, Progress, SourceOpener, lead_progress
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.body_rules import BODY_RULES, DUPLICATE_KEY
from smartflo_contract.schemas.duplicate_keys import duplicate_keys
from smartflo_contract.schemas.overlay import OverlaySource

_KEY: Final = 32
"""Bytes of a key."""
_NO_TESTS: Final = Module(0, 0, "")


class Recorded(NamedTuple):
    """What has been recorded.

    Attributes:
        leads: how many the response had.
        tests: how many were written.
        findings: how many there were, where tests were asked for; of the worst hundred there are tests.
    """

    leads: int
    tests: int
    findings: int


def record(
    body: BodySource,
    path: str | PathLike[str] | None = None,
    *,
    as_test: str | PathLike[str] | None = None,
    overlay: OverlaySource | None = None,
    key: bytes | None = None,
    max_wait: float = MAX_WAIT_SECONDS,
    max_time: float = MAX_RESPONSE_SECONDS,
    token: str | Credentials | None = None,
    progress: Progress | None = None,
) -> Recorded:
    """Write the leads of a response with another value for every personal one, or tests of what is found in them.

    Equal values stay equal, times keep their differences, and each lead keeps the findings that it has. Nothing is
    written where anything of the response is not understood; a file that is there is replaced at the end.

    Args:
        body: a URL of the API, a path, bytes or an open file, as for :func:`check`.
        path: a fixture to write: a JSON array with a lead a line.
        as_test: a Python file to write, with a test of each of the worst hundred findings; it is not written where
            nothing is found.
        overlay: a partial lead schema, as a mapping or a path.
        key: of the pseudonyms: the same one gives the same. Unless given, it is drawn anew and forgotten.
        max_wait: seconds that are waited, where the API answers 429.
        max_time: seconds that an answer of the API may take, with what is done as it comes.
        token: an access token or a login, instead of what the environment has.
        progress: is told how far it is.

    Raises:
        ContractError: the overlay cannot be used.
        LiveError: the response cannot be read.
        RecordError: it is no whole list of leads, or holds what cannot be replaced, or what cannot be a test; or there
            is nothing to write, or a file cannot be written.
    """
    target, module = (None if one is None else Path(one) for one in (path, as_test))
    _check_targets(body, target, module)
    contract = load_contract("lenient", overlay)
    finds = None if module is None else Finds(contract)
    with ExitStack() as stack:
        opener = SourceOpener(token, max_wait, max_time)
        properties = frozenset(contract.lead["properties"])
        found = _counted(_leads(body, opener, properties, stack), lead_progress(progress, opener, (body,)))
        leads = pseudonyms(found, key or secrets.token_bytes(_KEY), contract=contract)
        file = stack.enter_context(_replacing(target))
        count = _write(file, leads if finds is None else finds.watch(leads))
        made = _NO_TESTS if finds is None else finds.tests(_read(file))
        if made.tests:
            stack.enter_context(_replacing(module)).write(made.text.encode())
    return Recorded(count, made.tests, made.findings)


def _check_targets(body: BodySource, fixture: Path | None, module: Path | None) -> None:
    places = [os.path.realpath(path) for path in (fixture, module) if path]
    if fixture is None and module is None:
        message = "nothing to write: name a fixture, a file of tests, or both"
    elif module is not None and module.suffix != ".py":
        message = f"{module}: tests are written to a file of Python, such as test_recorded.py"
    elif len(set(places)) < len(places):
        message = f"{module}: the fixture and the tests cannot be one file"
    elif isinstance(body, str | PathLike) and os.path.realpath(body) in places and Path(body).is_file():
        message = f"{body} is what is recorded, and would be lost: write to another file"
    else:
        for path in filter(None, (fixture, module)):
            _check_place(path)
        return
    raise RecordError(message)


def _check_place(path: Path) -> None:
    """Require, before anything is read, that a file can be where it shall be."""
    error = EISDIR if path.is_dir() else None if path.parent.is_dir() else ENOENT
    if error is not None:
        message = f"cannot write {path}: {os.strerror(error)}"
        raise RecordError(message)


@contextmanager
def _replacing(path: Path | None) -> Iterator[BinaryIO]:
    """Open a file that takes the place of another one at the end, or none if it fails; one without a path is lost.

    A file that is there keeps its mode, and the links to it. What is no file, as a pipe, is written to at the end.

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
        place = Path(os.path.realpath(path))
        beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            with beside.open("x+b") as file:
                if mode is not None:
                    beside.chmod(S_IMODE(mode))
                yield file
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        message = f"cannot write {path or 'a temporary file'}: {error.strerror}"
        raise RecordError(message) from None


def _leads(source: BodySource, opener: SourceOpener, properties: frozenset[str], stack: ExitStack) -> Iterator[Any]:
    """Yield the leads of a body, which stays open until the stack is closed.

    Raises:
        RecordError: it is not a complete list of leads.
    """
    body = stack.enter_context(opener.open(source))
    for part in LeadItems(body.chunks, properties, body.defects):
        if body.defects:
            _refuse(body.defects[0].rule, body.name)
        if isinstance(part, BodyDefect):
            _refuse(part.rule, body.name)
        elif duplicate_keys(part.text, part.values):
            _refuse(DUPLICATE_KEY, body.name)
        else:
            yield from part.values


def _refuse(rule: str, name: str) -> NoReturn:
    fault = BODY_RULES[rule].fake_fault
    same = f'; smartflo.fail("{fault}") has the fake answer so in a test' if fault else ""
    message = f"{name} is no whole list of leads, so nothing is recorded: {rule}; see `check`{same}"
    raise RecordError(message)


def _counted(leads: Iterator[Any], tell: Callable[[int], None]) -> Iterator[Any]:
    """Pass leads on, and tell how many they are."""
    for count, lead in enumerate(leads, start=1):
        tell(count)
        yield lead


def _write(file: BinaryIO, leads: Iterator[Any]) -> int:
    """Write leads as an array, one a line, and return how many there are."""
    count = 0
    file.write(b"[")
    for count, lead in enumerate(leads, start=1):
        file.write(b"\n" if count == 1 else b",\n")
        file.write(orjson.dumps(lead))
    file.write(b"\n]\n")
    return count


def _read(file: BinaryIO) -> Iterator[Any]:
    """Yield the leads of a file that :func:`_write` wrote, one by one."""
    file.seek(0)
    for line in file:
        if line[:1] not in b"[]":
            yield orjson.loads(line.rstrip(b",\n"))

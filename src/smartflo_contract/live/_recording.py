"""A response of the real API, written as a fixture without personal data."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from os import PathLike
from pathlib import Path
from typing import Any, Final

import orjson

from smartflo_contract.live._errors import RecordError
from smartflo_contract.live._faults import no_lead
from smartflo_contract.live._record import pseudonyms
from smartflo_contract.live._sources import Body, Sources
from smartflo_contract.live._split import MOST_ITEM, Fault, Split
from smartflo_contract.live._unzip import plain
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas._overlay import OverlaySource

_KEY: Final = 32
"""Bytes of a key."""


def record(
    body: Body,
    path: str | PathLike[str],
    *,
    overlay: OverlaySource | None = None,
    key: bytes | None = None,
    max_wait: float = 60,
    token: str | None = None,
) -> int:
    """Write the leads of a response with another value for every personal one, and return how many there are.

    Equal values stay equal, times keep their differences, and each lead keeps the findings that it has. Nothing is
    written where anything of the response is not understood; a file that is there is replaced at the end.

    Args:
        body: a URL of the API, a path, bytes or an open file, as for :func:`check`.
        path: what to write: a JSON array with a lead a line.
        overlay: a partial lead schema, as a mapping or a path.
        key: of the pseudonyms: the same one gives the same. Unless given, it is drawn anew and forgotten.
        max_wait: seconds that are waited, where the API answers 429.
        token: an access token, instead of what the environment has.

    Raises:
        ContractError: the overlay cannot be used.
        LiveError: the response cannot be read.
        RecordError: it is no whole list of leads, or holds what cannot be replaced; or the file cannot be written.
    """
    contract = load_contract("lenient", overlay)
    target = Path(path)
    with ExitStack() as stack:
        leads = pseudonyms(_leads(body, max_wait, token, stack), key or secrets.token_bytes(_KEY), contract=contract)
        try:
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
            try:
                count = _write(handle, leads)
                os.replace(name, target)  # noqa: PTH105 - as mkstemp names it
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(name)  # noqa: PTH108 - as above
        except OSError as error:
            message = f"cannot write {path}: {error.strerror}"
            raise RecordError(message) from None
    return count


def _leads(body: Body, max_wait: float, token: str | None, stack: ExitStack) -> Iterator[Any]:
    """Yield the leads of a body.

    Raises:
        RecordError: it is not a whole list of leads.
    """
    faults: list[Fault] = []
    opened = Sources(max_wait, token, faults).opened(body, stack)
    split = Split(plain(opened.pieces or (), faults), MOST_ITEM)
    for part in split:
        if isinstance(part, Fault):
            faults.append(part)
        elif not split.is_array and (rule := no_lead(part.values)):
            faults.append(Fault(rule, part.offset))
        _refuse(faults, opened.name)
        if not isinstance(part, Fault):
            yield from part.values
    _refuse(faults, opened.name)


def _refuse(faults: list[Fault], name: str) -> None:
    if faults:
        message = f"{name} is no whole list of leads, so nothing is recorded: {faults[0].rule}; see `check`"
        raise RecordError(message)


def _write(handle: int, leads: Iterator[Any]) -> int:
    """Write leads as an array, one a line, and return how many there are."""
    count = 0
    with os.fdopen(handle, "wb") as file:
        file.write(b"[")
        for count, lead in enumerate(leads, start=1):
            file.write(b"\n" if count == 1 else b",\n")
            file.write(orjson.dumps(lead))
        file.write(b"\n]\n")
    return count

"""The function that records a response without personal data: as a fixture, and as tests of its findings."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from os import PathLike
from pathlib import Path
from shutil import copyfileobj
from typing import Any, Final, NamedTuple

from smartflo_contract.live.checking.masking import UnknownKeys, require_policy
from smartflo_contract.live.client.credentials import Credentials
from smartflo_contract.live.client.limits import MAX_RESPONSE_SECONDS, MAX_WAIT_SECONDS
from smartflo_contract.live.output_files import replace_file
from smartflo_contract.live.recording._complete_list import complete_list
from smartflo_contract.live.recording._lead_lines import read_leads, rename_keys, write_leads
from smartflo_contract.live.recording._output_files import check_targets, lists_folder, replace_files
from smartflo_contract.live.recording.batch_pseudonymizer import BatchPseudonymizer
from smartflo_contract.live.recording.finding_examples import FindingExamples
from smartflo_contract.live.recording.regression_tests import regression_tests
from smartflo_contract.live.sources import BodySource, Progress, SourceOpener, lead_progress
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.overlay import OverlaySource

_KEY_BYTES: Final = 32


class Recorded(NamedTuple):
    """The result of a recording.

    Attributes:
        leads: number of leads of the response.
        tests: number of tests that were written.
        findings: number of findings, if tests were requested; the 100 most severe have a test each.
        omissions: what a capture contains besides the response, one line.
    """

    leads: int
    tests: int
    findings: int
    omissions: tuple[str, ...] = ()


def record(
    body: BodySource,
    path: str | PathLike[str] | None = None,
    *,
    as_test: str | PathLike[str] | None = None,
    overlay: OverlaySource | None = None,
    unknown_keys: UnknownKeys | None = None,
    key: bytes | None = None,
    max_wait: float = MAX_WAIT_SECONDS,
    max_time: float = MAX_RESPONSE_SECONDS,
    token: str | Credentials | None = None,
    progress: Progress | None = None,
) -> Recorded:
    """Record a response without personal data, as a fixture, as tests of its findings, or both.

    Every personal value is replaced by a pseudonym. Equal values stay equal, and each lead keeps its findings.
    Files are written at the end, or not at all if anything cannot be replaced; existing files are replaced.

    Args:
        body: a URL of the API; or a path, bytes or an open binary file that contains an array of leads, one lead per
            line or a capture with one selected response, plain or gzip; ``-`` is standard input.
        path: fixture to write: a JSON array with one lead per line.
        as_test: Python file to write, with a test of each finding, at most of the 100 most severe. Each test loads a
            JSON file from the folder of the same name, without ``.py``. Nothing is written if there are no findings.
        overlay: partial lead schema that extends the contract, as a mapping or a path.
        unknown_keys: ``show`` keeps the name of every key that the contract does not know, ``mask`` replaces all; by
            default those stay that read like property names and occur in two leads of a response, or in one of fewer
            than five. Their values are always replaced.
        key: key of the pseudonyms, at least 16 random bytes; the same key always returns the same pseudonyms. By
            default a random key is used once.
        max_wait: total seconds to wait for the end of a rate limit (429).
        max_time: maximum seconds for one response, including the time to record it.
        token: access token or login. By default ``SMARTFLO_TOKEN``, or else a login with ``SMARTFLO_EMAIL`` and
            ``SMARTFLO_PASSWORD``, or else none.
        progress: called with the leads and bytes that were read so far, and the bytes of the body, ``None`` if unknown.

    Returns:
        The numbers of leads, tests and findings.

    Raises:
        ContractError: the overlay is not valid.
        LiveError: a file cannot be read, or the API cannot be reached or refuses the credentials.
        SourceChoiceError: the body is a capture with several responses.
        RecordError: the body is not a complete list of leads, a value has no pseudonym, a lead cannot be in a test,
            neither ``path`` nor ``as_test`` is set, or a file cannot be written.
        ValueError: the key is too short, or ``unknown_keys`` is unknown.
    """
    fixture, module = (None if target is None else Path(target) for target in (path, as_test))
    require_policy(unknown_keys)
    check_targets(body, fixture, module)
    contract = load_contract("lenient", overlay)
    examples = None if module is None else FindingExamples(contract)
    opener = SourceOpener(token, max_wait, max_time)
    with ExitStack() as stack:
        source = stack.enter_context(closing(complete_list(body, opener, frozenset(contract.lead["properties"]))))
        pseudonymizer = BatchPseudonymizer(key or secrets.token_bytes(_KEY_BYTES), contract)
        file = stack.enter_context(replace_file(fixture))
        # Which keys are shown is known after the last lead. Until then the leads are in a file without a name.
        pseudonyms = stack.enter_context(replace_file(None))
        on_progress = lead_progress(progress, opener, (body,))
        count = write_leads(pseudonyms, map(pseudonymizer.leads, _count(source, on_progress)))
        names = pseudonymizer.shown_keys(unknown_keys)
        omissions = tuple(map(str, opener.omissions))
        if examples is None and not names:
            pseudonyms.seek(0)
            copyfileobj(pseudonyms, file)
            return Recorded(count, 0, 0, omissions)
        leads = (rename_keys(lead, names) for lead in read_leads(pseudonyms))
        write_leads(file, ([lead] for lead in (leads if examples is None else examples.watch(leads))))
        if examples is None or module is None:
            return Recorded(count, 0, 0, omissions)
        folder = lists_folder(module)
        generated = regression_tests(examples, read_leads(file), folder.name, unknown_keys)
        if generated.tests:
            stack.enter_context(replace_file(module)).write(generated.source.encode())
            stack.enter_context(replace_files(folder, generated.files))
        return Recorded(count, generated.tests, generated.findings, omissions)


def _count(batches: Iterable[list[Any]], on_progress: Callable[[int], None]) -> Iterator[list[Any]]:
    """Yield batches of leads and report the number of leads so far."""
    count = 0
    for batch in batches:
        count += len(batch)
        on_progress(count)
        yield batch

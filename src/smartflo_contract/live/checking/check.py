"""The function that checks responses against the contract."""

from dataclasses import replace

from smartflo_contract.live.checking.checker import Checker
from smartflo_contract.live.checking.masking import KeyNames, UnknownKeys
from smartflo_contract.live.client.credentials import Credentials
from smartflo_contract.live.client.limits import MAX_RESPONSE_SECONDS, MAX_WAIT_SECONDS
from smartflo_contract.live.learning.learner import Learner
from smartflo_contract.live.parsing.item_splitter import MAX_ITEM_BYTES
from smartflo_contract.live.report import Report
from smartflo_contract.live.sources import BodySource, Progress, SourceOpener, lead_progress
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.needs import NeedsSource, contract_needs
from smartflo_contract.schemas.overlay import OverlaySource


def check(
    *bodies: BodySource,
    profile: str = "lenient",
    overlay: OverlaySource | None = None,
    needs: NeedsSource | None = None,
    min_leads: int | None = None,
    max_item: int = MAX_ITEM_BYTES,
    max_wait: float = MAX_WAIT_SECONDS,
    max_time: float = MAX_RESPONSE_SECONDS,
    token: str | Credentials | None = None,
    progress: Progress | None = None,
    unknown_keys: UnknownKeys | None = None,
    processes: int = 1,
    learn: bool = False,
) -> Report:
    """Check responses against the contract and return a report.

    If one of several bodies cannot be read, that is a finding, and the others are checked. Bodies are streamed: memory
    does not grow with their size, except for about eight bytes per lead.

    Args:
        bodies: URLs of the API; or paths, bytes or open binary files that contain an array of leads, one lead per
            line or a capture (a HAR file, a cassette or a journal of the fake), plain or gzip; ``-`` is standard input.
            Each response with leads of a capture is a source of the report.
        profile: profile of the contract: ``lenient`` accepts both readings of a contradiction, ``sample`` and
            ``documented`` one.
        overlay: partial lead schema that extends the contract, as a mapping or a path.
        needs: what a client needs of the contract, as a mapping or a path; findings about anything else are notes of
            severity ``not-needed``.
        min_leads: minimum number of leads of each body; fewer are a finding. By default 1 for a URL and 0 for others.
        max_item: maximum size of one lead in bytes; a larger one is skipped and reported.
        max_wait: total seconds to wait for the end of a rate limit (429), for each URL.
        max_time: maximum seconds for one response, including the time to check it.
        token: access token or login. By default ``SMARTFLO_TOKEN``, or else a login with ``SMARTFLO_EMAIL`` and
            ``SMARTFLO_PASSWORD``, or else none. After a login, an expired token is replaced once for each URL.
        progress: called with the leads and bytes that were read so far, and the bytes of all bodies, ``None`` if
            unknown.
        unknown_keys: ``show`` shows the name of every key that the contract does not know, ``mask`` none; by default
            those that read like property names and occur in two leads of a response, or in one of fewer than five.
        processes: 2 splits files of 64 MiB or more in half and checks the second half in another process.
        learn: also propose claims that always held and that the contract does not make: ``draft`` of the report. This
            takes one process.

    Raises:
        ContractError: the profile, the overlay or the needs are not valid.
        LiveError: no body can be read: a file is missing, or the API cannot be reached or refuses the credentials.
        ValueError: ``unknown_keys`` is unknown.
    """
    contract = load_contract(profile, overlay)
    needed = contract_needs(needs, contract)
    opener = SourceOpener(token, max_wait, max_time)
    on_progress = lead_progress(progress, opener, bodies)
    names = KeyNames(contract, unknown_keys)
    learner = Learner(contract) if learn else None
    checker = Checker(
        contract,
        opener,
        names,
        max_item,
        on_progress,
        processes=processes,
        min_leads=min_leads,
        on_leads=None if learner is None else learner.add,
        on_response_end=lambda: learner.end_response() if learner else None,
    )
    errors = [error for error in map(checker.check_if_readable, bodies) if error is not None]
    report = checker.report()
    if errors and len(errors) == len(report.sources):
        raise errors[0]
    if learner is not None:
        report = replace(report, draft=learner.draft(names.is_shown))
    return report if needed is None else report.graded_by(needed)

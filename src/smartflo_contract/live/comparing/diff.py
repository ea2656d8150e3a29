"""The function that compares two responses."""

from dataclasses import replace

from smartflo_contract.live.checking.checker import Checker
from smartflo_contract.live.checking.masking import KeyNames, UnknownKeys, merge_findings
from smartflo_contract.live.client.credentials import Credentials
from smartflo_contract.live.client.limits import MAX_RESPONSE_SECONDS, MAX_WAIT_SECONDS
from smartflo_contract.live.comparing.changes import CheckedResponse, find_changes
from smartflo_contract.live.comparing.response_shape import ResponseShape
from smartflo_contract.live.errors import BaselineError
from smartflo_contract.live.parsing.item_splitter import MAX_ITEM_BYTES
from smartflo_contract.live.report import Report
from smartflo_contract.live.sources import BodySource, Progress, SourceOpener, lead_progress
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.needs import NeedsSource, contract_needs
from smartflo_contract.schemas.overlay import OverlaySource


def diff(
    before: BodySource,
    after: BodySource,
    *,
    profile: str = "lenient",
    overlay: OverlaySource | None = None,
    needs: NeedsSource | None = None,
    max_item: int = MAX_ITEM_BYTES,
    max_wait: float = MAX_WAIT_SECONDS,
    max_time: float = MAX_RESPONSE_SECONDS,
    token: str | Credentials | None = None,
    progress: Progress | None = None,
    unknown_keys: UnknownKeys | None = None,
) -> Report:
    """Compare two responses and return a report of the changes: keys, types, known values, null rates and columns.

    A change is a ``break`` if the contract does not allow the later response, whatever the earlier one was like. A
    violation that both responses have equally often is no change.

    Args:
        before: the earlier response, or its recording: a URL of the API; or a path, bytes or an open binary file that
            contains an array of leads, one lead per line or a capture with one selected response, plain or gzip; ``-``
            is standard input.
        after: the later response.
        profile: profile of the contract: ``lenient`` accepts both readings of a contradiction, ``sample`` and
            ``documented`` one.
        overlay: partial lead schema that extends the contract, as a mapping or a path.
        needs: what a client needs of the contract, as a mapping or a path; findings about anything else are notes of
            severity ``not-needed``.
        max_item: maximum size of one lead in bytes; a larger one is skipped and reported.
        max_wait: total seconds to wait for the end of a rate limit (429), for each URL.
        max_time: maximum seconds for one response, including the time to check it.
        token: access token or login. By default ``SMARTFLO_TOKEN``, or else a login with ``SMARTFLO_EMAIL`` and
            ``SMARTFLO_PASSWORD``, or else none. After a login, an expired token is replaced once for each URL.
        progress: called with the leads and bytes that were read so far, and the bytes of both responses, ``None`` if
            unknown.
        unknown_keys: ``show`` shows the name of every key that the contract does not know, ``mask`` none; by default
            those that read like property names and occur in two leads of a response, or in one of fewer than five.

    Returns:
        A report on the later response; ``base`` is the earlier one, and ``findings`` are the changes.

    Raises:
        BaselineError: the earlier response contains no leads.
        ContractError: the profile, the overlay or the needs are not valid.
        LiveError: a file cannot be read, or the API cannot be reached or refuses the credentials.
        SourceChoiceError: a source is a capture with several responses.
        ValueError: ``unknown_keys`` is unknown.
    """
    contract = load_contract(profile, overlay)
    needed = contract_needs(needs, contract)
    opener = SourceOpener(token, max_wait, max_time)
    on_progress = lead_progress(progress, opener, (before, after))

    names = KeyNames(contract, unknown_keys)

    def scan(source: BodySource, previous_leads: int = 0) -> tuple[Checker, ResponseShape]:
        shape = ResponseShape(contract)
        checker = Checker(
            contract, opener, names, max_item, lambda leads: on_progress(previous_leads + leads), on_leads=shape.add
        )
        checker.check(source)
        for path, occurrences in shape.present.items():
            names.count_pointer(finding_pointer(path), occurrences.leads, shape.leads)
        return checker, shape

    checker, shape = scan(before)
    if not shape.leads:
        report = checker.report()
        reason = ", ".join(finding.rule for finding in report.findings) or "the list is empty"
        name = report.sources[0].name
        message = f"{name}: no leads to compare with ({reason}); use an earlier response that contains leads"
        raise BaselineError(message)
    later_checker, later_shape = scan(after, shape.leads)
    earlier = CheckedResponse(checker.report(), shape)
    later = CheckedResponse(later_checker.report(), later_shape)
    (base,) = earlier.report.sources
    findings = merge_findings(find_changes(earlier, later, names))
    broken = max((finding.count for finding in findings if finding.severity == "break"), default=0)
    report = replace(later.report, findings=findings, broken=min(broken, later.report.leads), base=base)
    return report if needed is None else report.graded_by(needed)

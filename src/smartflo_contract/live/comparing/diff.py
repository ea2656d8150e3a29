"""The comparison of two responses, each checked as it is read."""

from dataclasses import replace

from smartflo_contract.live.checking.checker import Checker
from smartflo_contract.live.checking.masking import merge_findings
from smartflo_contract.live.client.credentials import Credentials
from smartflo_contract.live.client.limits import MAX_RESPONSE_SECONDS, MAX_WAIT_SECONDS
from smartflo_contract.live.comparing.changes import Side, changes
from smartflo_contract.live.comparing.shape import Shape
from smartflo_contract.live.errors import BaselineError
from smartflo_contract.live.parsing.item_splitter import MAX_ITEM_BYTES
from smartflo_contract.live.report import Report
from smartflo_contract.live.sources import BodySource, Progress, SourceOpener, lead_progress
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.overlay import OverlaySource


def diff(
    before: BodySource,
    after: BodySource,
    *,
    profile: str = "lenient",
    overlay: OverlaySource | None = None,
    max_item: int = MAX_ITEM_BYTES,
    max_wait: float = MAX_WAIT_SECONDS,
    max_time: float = MAX_RESPONSE_SECONDS,
    token: str | Credentials | None = None,
    progress: Progress | None = None,
) -> Report:
    """Return what has changed from one response to another: keys, types, known values, shares of null, columns.

    A change is a ``break`` where the contract does not allow what is there now, whatever was there before. What the
    contract has against both responses, as often, is no change.

    Args:
        before: the earlier response, or its recording: a URL of the API; or a path, bytes or an open binary file that
            contains an array of leads or one lead per line, plain or gzip; ``-`` is standard input.
        after: the later response.
        profile: profile of the contract: ``lenient`` accepts both readings of a contradiction, ``sample`` and
            ``documented`` one.
        overlay: partial lead schema that extends the contract, as a mapping or a path.
        max_item: maximum size of one lead in bytes; a larger one is skipped and reported.
        max_wait: total seconds to wait for the end of a rate limit (429), for each URL.
        max_time: maximum seconds for one response, including the time to check it.
        token: access token or login. By default ``SMARTFLO_TOKEN``, or else a login with ``SMARTFLO_EMAIL`` and
            ``SMARTFLO_PASSWORD``, or else none. After a login, an expired token is replaced once for each URL.
        progress: called with the leads and bytes that were read so far, and the bytes of both responses, ``None`` if
            unknown.

    Raises:
        BaselineError: there are no leads in the first one to compare with.
        ContractError: the profile or the overlay cannot be used.
        LiveError: a file cannot be read, or nobody can be reached, or credentials are refused.
    """
    contract = load_contract(profile, overlay)
    opener = SourceOpener(token, max_wait, max_time)
    on_progress = lead_progress(progress, opener, (before, after))

    def side(source: BodySource, done: int = 0) -> Side:
        shape = Shape(contract)
        checker = Checker(contract, opener, max_item, lambda leads: on_progress(done + leads), on_lead=shape.add)
        checker.check(source)
        return Side(checker.report(), shape)

    old = side(before)
    (base,) = old.report.sources
    if not old.shape.leads:
        why = ", ".join(one.rule for one in old.report.findings) or "its list is empty"
        message = f"{base.name}: there are no leads to compare with: {why}"
        raise BaselineError(message)
    new = side(after, old.shape.leads)
    findings = merge_findings(changes(old, new, contract))
    broken = max((one.count for one in findings if one.severity == "break"), default=0)
    return replace(new.report, findings=findings, broken=min(broken, new.report.leads), base=base)

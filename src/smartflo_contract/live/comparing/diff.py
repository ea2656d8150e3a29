"""The comparison of two responses, each checked as it is read."""

from dataclasses import replace

from smartflo_contract.live.checking.check import Progress, Run, told
from smartflo_contract.live.client.credentials import Credentials
from smartflo_contract.live.client.request_guard import MOST_SECONDS
from smartflo_contract.live.comparing.changes import Side, changes
from smartflo_contract.live.comparing.shape import Shape
from smartflo_contract.live.errors import BaselineError
from smartflo_contract.live.parsing.sources import Body, Sources
from smartflo_contract.live.parsing.splitter import MOST_ITEM
from smartflo_contract.live.report import Report, merged
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.overlay import OverlaySource


def diff(
    before: Body,
    after: Body,
    *,
    profile: str = "lenient",
    overlay: OverlaySource | None = None,
    most_item: int = MOST_ITEM,
    max_wait: float = 60,
    max_time: float = MOST_SECONDS,
    token: str | Credentials | None = None,
    progress: Progress | None = None,
) -> Report:
    """Return what has changed from one response to another: keys, types, known values, shares of null, columns.

    A change is a ``break`` where the contract does not allow what is there now, whatever was there before. What the
    contract has against both responses, as often, is no change.

    Args:
        before: a response, or its recording, as for :func:`check`.
        after: a later one.
        profile: as for :func:`check`.
        overlay: as for :func:`check`.
        most_item: as for :func:`check`.
        max_wait: as for :func:`check`.
        max_time: as for :func:`check`.
        token: as for :func:`check`.
        progress: as for :func:`check`.

    Raises:
        BaselineError: there are no leads in the first one to compare with.
        ContractError: the profile or the overlay cannot be used.
        LiveError: a file cannot be read, or nobody can be reached, or credentials are refused.
    """
    contract = load_contract(profile, overlay)
    sources = Sources(token, max_wait, max_time)
    tell = told(progress, sources, (before, after))

    def side(body: Body, done: int = 0) -> Side:
        shape = Shape(contract)
        run = Run(contract, most_item, sources, lambda leads: tell(done + leads), each=shape.add)
        run.add(body)
        return Side(run.report(), shape)

    old = side(before)
    (base,) = old.report.sources
    if not old.shape.leads:
        why = ", ".join(one.rule for one in old.report.findings) or "its list is empty"
        message = f"{base.name}: there are no leads to compare with: {why}"
        raise BaselineError(message)
    new = side(after, old.shape.leads)
    findings = merged(changes(old, new, contract))
    broken = max((one.count for one in findings if one.severity == "break"), default=0)
    return replace(new.report, findings=findings, broken=min(broken, new.report.leads), base=base)

"""The scan of one body: chunks to lead items, lead items to findings."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smartflo_contract.live.checking._finding_collector import FindingCollector, LeadsCallback, ScanResult
from smartflo_contract.live.errors import LiveError
from smartflo_contract.live.parsing.lead_items import LeadItems
from smartflo_contract.schemas import Contract


class ScanError(LiveError):
    """A body could be read in part only.

    Attributes:
        result: what was found before.
    """

    def __init__(self, reason: LiveError, result: ScanResult) -> None:
        """Keep the message."""
        super().__init__(str(reason))
        self.result = result


def scan_items(
    items: LeadItems,
    contract: Contract,
    on_progress: Callable[[int], None] = lambda _: None,
    on_leads: LeadsCallback | None = None,
) -> ScanResult:
    """Check all items of a body and return what was found.

    Args:
        items: the items.
        contract: the contract.
        on_progress: called with the number of leads so far, after each batch.
        on_leads: called with the leads of each batch that are JSON objects.

    Raises:
        ScanError: the rest of the body cannot be read.
    """
    collector = FindingCollector(contract, on_leads)
    try:
        for part in items:
            collector.add(part)
            on_progress(collector.leads)
    except LiveError as error:
        raise ScanError(error, collector.result(items.size)) from None
    return collector.result(items.size)


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Pause the search for reference cycles: decoded leads have none, and it would take a fifth of the time.

    It is paused for the whole process, so a process that does anything else does not use this.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

"""The check of several responses against one contract: source to bytes to items to findings to report."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain

from smartflo_contract.live.checking._agreement_counter import AgreementCounter
from smartflo_contract.live.checking._finding_collector import LeadsCallback, ScanResult
from smartflo_contract.live.checking._scan import ScanError, paused_garbage_collection, scan_items
from smartflo_contract.live.checking._value_statistics import ValueStatistics
from smartflo_contract.live.checking.masking import KeyNames, merge_findings
from smartflo_contract.live.checking.parallel_scan import scan_in_parallel, split_in_two
from smartflo_contract.live.errors import LiveError
from smartflo_contract.live.parsing.lead_items import LeadItems
from smartflo_contract.live.report import Report, Source
from smartflo_contract.live.sources import BodySource, OpenBody, SourceOpener, is_url, source_name
from smartflo_contract.schemas import Contract, Finding
from smartflo_contract.schemas.body_rules import TOO_FEW_LEADS, UNREADABLE_SOURCE, body_finding
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.grammar import format_count
from smartflo_contract.schemas.lead_form import LeadDecoder


class Checker:
    """Checks sources one after the other and adds up the results.

    Args:
        contract: the contract.
        opener: opens the sources.
        names: names of keys in the report.
        max_item_bytes: maximum size of one lead.
        on_progress: called with the number of leads so far.
        processes: maximum number of processes for one file.
        min_leads: minimum number of leads of a source; ``None`` for 1 from a URL and 0 from a file.
        on_leads: called with the leads of each batch that are JSON objects.
        on_response_end: called after each response.
    """

    def __init__(
        self,
        contract: Contract,
        opener: SourceOpener,
        names: KeyNames,
        max_item_bytes: int,
        on_progress: Callable[[int], None],
        *,
        processes: int = 1,
        min_leads: int | None = 0,
        on_leads: LeadsCallback | None = None,
        on_response_end: Callable[[], object] = lambda: None,
    ) -> None:
        """Start without a source."""
        self._on_response_end = on_response_end
        self._contract, self._opener, self._names = contract, opener, names
        self._max_item_bytes = max_item_bytes
        self._on_progress, self._on_leads = on_progress, on_leads
        self._processes, self._min_leads = processes, min_leads
        self._agreements, self._statistics = AgreementCounter(contract), ValueStatistics(contract)
        self._findings: list[Finding] = []
        self._sources: list[Source] = []
        self._broken = 0

    def check(self, source: BodySource) -> None:
        """Check a source that has one response and add the result to the report.

        Raises:
            LiveError: the source cannot be read.
            SourceChoiceError: it is a capture with several responses.
        """
        with self._opener.open(source) as body, paused_garbage_collection():
            self.check_body(body, int(is_url(source)))

    def check_body(self, body: OpenBody, default_min_leads: int = 0) -> None:
        """Check an open response and add the result to the report.

        Args:
            body: the response.
            default_min_leads: minimum number of leads, unless the checker has one.

        Raises:
            LiveError: the rest of the body cannot be read.
        """
        try:
            results = self._scan_in_parallel(body) or (self._scan(body),)
        finally:
            self._on_response_end()
        source = Source(body.name, 0, 0, list_id=body.list_id, recorded=body.recorded)
        leads = self._add_source(source, results)
        min_leads = default_min_leads if self._min_leads is None else self._min_leads
        has_defects = any(result.body_findings for result in results)
        if leads < min_leads and (leads or not has_defects):  # a body without leads that has defects has its reason
            finding = body_finding(TOO_FEW_LEADS, f": {format_count(leads, 'lead')} instead of {min_leads:,}")
            self._add_findings([finding])

    def check_if_readable(self, source: BodySource) -> LiveError | None:
        """Check all responses of a source; add a finding to the report if it cannot be read, or not to its end.

        Returns:
            Why it cannot be read; ``None`` if it can.
        """
        try:
            with closing(self._opener.open_all(source)) as bodies, paused_garbage_collection():
                for body in bodies:
                    self.check_body(body, int(is_url(source)))
        except LiveError as error:
            self._add_source(Source(source_name(source), 0, 0), (error.result,) if isinstance(error, ScanError) else ())
            finding = body_finding(UNREADABLE_SOURCE)
            message = f"expected {finding.expected}: {error}"
            self._add_findings([replace(finding, got=str(error), message=message)])
            return error
        return None

    def report(self) -> Report:
        """Return the report on all sources."""
        overlay = self._contract.overlay
        findings = self._findings
        if len(self._sources) == 1:  # the report names it once
            findings = [replace(finding, source=None) for finding in findings]
        return Report(
            profile=self._contract.profile,
            overlay=None if overlay is None else overlay.name,
            sources=tuple(self._sources),
            findings=merge_findings(self._names.mask(findings)),
            broken=self._broken,
            agreements=self._agreements.agreements(),
            statistics=self._statistics.as_dict(),
            omissions=tuple(map(str, self._opener.omissions)),
        )

    def _scan(self, body: OpenBody) -> ScanResult:
        items = LeadItems(
            body.chunks,
            frozenset(self._contract.lead["properties"]),
            body.defects,
            self._max_item_bytes,
            must_be_array=body.is_http_response,
            decoder=LeadDecoder(data_of(self._contract)),
        )
        return scan_items(items, self._contract, self._progress_of_source(), self._on_leads)

    def _scan_in_parallel(self, body: OpenBody) -> tuple[ScanResult, ...] | None:
        """Return the results of two halves; ``None`` if the body must be scanned as a whole."""
        if body.path is None or self._processes == 1 or self._on_leads:
            return None
        split = split_in_two(body.path)
        if split is None:
            return None
        bytes_read = self._opener.bytes_read
        results = scan_in_parallel(
            split, self._contract, self._max_item_bytes, self._opener, self._progress_of_source()
        )
        if results is None:
            self._opener.bytes_read = bytes_read
        return results

    def _progress_of_source(self) -> Callable[[int], None]:
        """Return a callback that takes the number of leads of the current source."""
        previous = sum(source.leads for source in self._sources)
        return lambda leads: self._on_progress(previous + leads)

    def _add_source(self, source: Source, results: Sequence[ScanResult]) -> int:
        """Add the results of the parts of a source and return its number of leads."""
        leads = sum(result.leads for result in results)
        size, broken = sum(result.size for result in results), sum(result.broken for result in results)
        self._sources.append(source._replace(leads=leads, bytes=size, broken=broken))
        self._names.count(merge_findings(chain.from_iterable(result.lead_findings for result in results)), leads)
        for result in results:
            self._names.count(result.body_findings, 0)
            self._add_findings((*result.body_findings, *result.lead_findings))
            self._broken += result.broken
            self._agreements.merge(result.forms)
            self._statistics.merge(result.counts)
        return leads

    def _add_findings(self, findings: Iterable[Finding]) -> None:
        """Add findings of the last source."""
        name = self._sources[-1].name
        self._findings += [replace(finding, source=name) for finding in findings]

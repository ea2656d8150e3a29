"""Regression tests of findings: for each finding, a test and the smallest list that has it, as a JSON file."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from smartflo_contract.live.checking.masking import KeyNames, UnknownKeys
from smartflo_contract.live.recording._test_source import module_source, test_source
from smartflo_contract.live.recording.finding_examples import FindingExamples, FindingKey, Lead, findings_in, key_of
from smartflo_contract.live.recording.reduction import reduce_leads
from smartflo_contract.schemas import Finding

MAX_TESTS: Final = 100
"""Tests of one module. More tests would add no insight."""
_MAX_NAME_CHARACTERS: Final = 41
_OVERLAY_FILE: Final = "overlay.json"


class RegressionTests(NamedTuple):
    """A module of tests and the files that it loads.

    Attributes:
        findings: number of findings.
        tests: number of tests.
        source: Python source of the module; empty without findings.
        files: JSON of each file, by its name.
    """

    findings: int
    tests: int
    source: str
    files: Mapping[str, str]


def regression_tests(
    examples: FindingExamples, leads: Iterable[Lead], folder: str, unknown_keys: UnknownKeys | None = None
) -> RegressionTests:
    """Return a test of each finding, at most of the 100 most severe.

    Args:
        examples: the findings of all leads, and their first leads.
        leads: all leads again.
        folder: name of the folder of the JSON files, beside the module.
        unknown_keys: shows or masks all unknown keys.
    """
    contract, all_findings = examples.contract, examples.findings()
    if not all_findings:
        return RegressionTests(0, 0, "", {})
    findings = all_findings[:MAX_TESTS]
    lead_examples = examples.examples(findings, leads)
    findings_of: dict[tuple[int, ...], set[FindingKey]] = {}
    files: dict[str, str] = {}
    tests: list[str] = []
    names = KeyNames(contract, unknown_keys)
    names.count(all_findings, examples.leads)
    for finding, masked in zip(findings, names.mask(findings), strict=True):
        example = lead_examples[key_of(finding)]
        ids = tuple(map(id, example))  # many findings may have the same example
        if ids not in findings_of:
            findings_of[ids] = findings_in(contract, example)
        name = _unused_name(finding, files)
        files[f"{name}.json"] = _json(reduce_leads(contract, key_of(finding), example, findings_of[ids]))
        tests.append(test_source(name, finding, masked, f"{folder}/{name}.json"))
    if contract.overlay is not None:
        files[_OVERLAY_FILE] = _json(contract.overlay.schema)
    source = module_source(
        tests,
        folder=folder,
        leads=examples.leads,
        findings=len(all_findings),
        overlay_file=None if contract.overlay is None else _OVERLAY_FILE,
    )
    return RegressionTests(len(all_findings), len(tests), source, files)


def _unused_name(finding: Finding, files: Mapping[str, str]) -> str:
    """Return a name of a finding that no other file has, of lower-case letters, digits and underscores."""
    words = re.sub("[^a-z0-9]+", "_", f"{finding.rule}{finding.pointer}".lower())[:_MAX_NAME_CHARACTERS].strip("_")
    name, number = words, 1
    while f"{name}.json" in files:
        number += 1
        name = f"{words}_{number}"
    return name


def _json(value: Any) -> str:
    """Return indented JSON in ASCII, in which no character is hidden."""
    return json.dumps(value, indent=2) + "\n"

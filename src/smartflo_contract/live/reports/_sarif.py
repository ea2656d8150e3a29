"""A report as SARIF 2.1.0, for code scanning: each finding points to the line of the contract that it is about."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import orjson

from smartflo_contract._version import __version__
from smartflo_contract.live.comparing.changes import CHANGES, EVIDENCE
from smartflo_contract.live.report import Report
from smartflo_contract.schemas import Finding, load_contract
from smartflo_contract.schemas.body_rules import BODY_RULES
from smartflo_contract.schemas.files import path
from smartflo_contract.schemas.findings import SEVERITIES, Severity, cited
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.rules.table import RULES

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_INFORMATION: Final = "urn:smartflo-contract"
"""A name: the project has no page of its own."""
_LEAD: Final = "lead.schema.json"
_LEADS: Final = "leads.schema.json"
_BASE: Final = "SITE_PACKAGES"
_FOLDER: Final = path(_LEAD).parents[2]
"""What the package is in: locations are relative to it, so that they are the same on every machine."""
_MOST: Final = 25_000
"""Results of a run, of which GitHub takes no more: with one more it takes none."""
_KEY: Final = re.compile(r'(?P<indent> +)(?P<key>"(?:[^"\\]|\\.)*"): ')
_INDENT: Final = 2


def sarif(report: Report, fail_on: Severity) -> str:
    """Return the log: errors for what fails, notes for ``info``, warnings for the rest, the worst 25,000."""
    shown = report.findings[:_MOST]
    rules = list(dict.fromkeys(one.rule for one in shown))
    run = {
        "tool": {
            "driver": {
                "name": "smartflo-contract",
                "version": __version__,
                "informationUri": _INFORMATION,
                "rules": [_rule(name, report.profile) for name in rules],
            }
        },
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report)}],
        "originalUriBaseIds": {_BASE: {"uri": f"{_FOLDER.as_uri()}/"}},
        "results": [_result(one, rules.index(one.rule), fail_on) for one in shown],
        "properties": {"grade": report.grade, "profile": report.profile, "leads": report.leads},
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _notifications(report: Report) -> list[dict[str, Any]]:
    told = [{"level": "note", "message": {"text": f"{report.verdict}."}}]
    if len(report.findings) > _MOST:
        left = f"{len(report.findings) - _MOST:,} more findings are left out, none worse than those here."
        told.append({"level": "warning", "message": {"text": left}})
    return told


def _result(finding: Finding, index: int, fail_on: Severity) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _level(finding.severity, fail_on),
        "message": {"text": _escaped(f"{finding.pointer or 'body'}: {finding.message}. {_times(finding)}")},
        "locations": [
            {
                "physicalLocation": _place(finding.pointer),
                "logicalLocations": [{"fullyQualifiedName": finding.pointer or "body"}],
            }
        ],
        # The standard wants names with versions; GitHub reads the other one alone.
        "partialFingerprints": {
            "smartfloFinding/v1": finding.fingerprint,
            "primaryLocationLineHash": finding.fingerprint,
        },
        "properties": {"severity": finding.severity, "count": finding.count, "evidence": dict(finding.evidence)},
    }


def _level(severity: Severity, fail_on: Severity) -> str:
    if SEVERITIES.index(severity) <= SEVERITIES.index(fail_on):
        return "error"
    return "note" if severity == "info" else "warning"


def _times(finding: Finding) -> str:
    """Return how often, and on whose word, as sentences."""
    return f"{finding.times[:1].upper()}{finding.times[1:]}. Evidence: {cited(finding.evidence)}."


def _rule(name: str, profile: str) -> dict[str, Any]:
    """Return what a rule says, and on whose word; it is the same in every run."""
    claim, evidence = _claim(name, profile)
    text = _escaped(f"{claim}.")
    explained = _escaped(f"{claim}. Evidence: {cited(evidence)}.")
    return {
        "id": name,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": f"{explained} `smartflo-contract explain KEY` tells what is known of a key."},
    }


def _claim(name: str, profile: str) -> tuple[str, Mapping[str, str]]:
    if name in BODY_RULES:
        body_rule = BODY_RULES[name]
        return f"A response has {body_rule.expected}, not {body_rule.got}", body_rule.evidence
    if name in CHANGES:
        return f"Compared with an earlier response, {CHANGES[name].claim}", EVIDENCE
    for rule in RULES:
        if rule.name == name:
            return f"In every response, {rule.claim}", rule.evidence
    return f"Each lead fits the JSON Schema keyword `{name}` of the contract", load_contract(profile).lead["x-evidence"]


def _escaped(text: str) -> str:
    """Return a text in which no brace is a placeholder."""
    return text.replace("{", "{{").replace("}", "}}")


class _File(NamedTuple):
    """A file of the contract: its schema, its lines, and the number of the line at which each key begins."""

    schema: Any
    lines: list[str]
    numbers: Mapping[tuple[str, ...], int]


@cache
def _file(name: str) -> _File:
    text = path(name).read_text(encoding="utf-8")
    lines = text.splitlines()
    numbers: dict[tuple[str, ...], int] = {}
    keys: list[str] = []
    for number, line in enumerate(lines, 1):
        if found := _KEY.match(line):
            keys[len(found["indent"]) // _INDENT - 1 :] = [json.loads(found["key"])]
            numbers.setdefault(tuple(keys), number)
    return _File(json.loads(text), lines, numbers)


@cache
def _place(pointer: str) -> dict[str, Any]:
    """Return the place in the contract that a finding is about."""
    name = _LEAD if pointer else _LEADS
    file = _file(name)
    number = _line(file, pointer.split("/")[2:]) if pointer else file.numbers["type",]
    return {
        "artifactLocation": {"uri": path(name).relative_to(_FOLDER).as_posix(), "uriBaseId": _BASE},
        "region": {"startLine": number, "snippet": {"text": file.lines[number - 1]}},
    }


def _line(file: _File, keys: list[str]) -> int:
    """Return the line that defines a key of a lead; where the contract does not have it, what it would be in."""
    at: tuple[str, ...] = ()
    schema = file.schema
    number = file.numbers["properties",]
    for key in keys:
        if "$ref" in schema:
            at = tuple(schema["$ref"].split("/")[1:])
            schema = file.schema[at[0]][at[1]]
        kind = "patternProperties" if FIELD.fullmatch(key) else "properties"
        known = schema.get(kind, {})
        name = next(iter(known), key) if kind == "patternProperties" else key
        if name not in known:
            break
        at, schema = (*at, kind, name), known[name]
        number = file.numbers[at]
    return number

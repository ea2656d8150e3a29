"""Python source of regression tests."""

import textwrap
from collections.abc import Sequence
from typing import Final

from smartflo_contract.schemas import Finding
from smartflo_contract.schemas.findings import cited
from smartflo_contract.schemas.printable import escape_unprintable

_LINE_CHARACTERS: Final = 84
_MODULE: Final = '''"""Tests of findings in Smartflo responses: what the contract does not allow or know.

Written by `smartflo-contract record --as-test`, without personal data. In each test, the
fake serves a list from the folder LISTS: the smallest one that has a finding of {leads:,}
recorded leads. Let `read` call your client, and assert what it must return. To remove a
test, delete its function and its file.{omission}
"""

from pathlib import Path

import requests
from smartflo_contract.schemas import load_contract

LISTS = Path(__file__).with_name({folder})
CONTRACT = load_contract("lenient"{overlay})


def read(url: str, token: str) -> list:
    """Return the leads at a URL. Replace this request with a call of your client."""
    response = requests.get(url, headers={{"Authorization": token}}, timeout=5)
    response.raise_for_status()
    return response.json()


def findings(leads: list) -> set:
    """Return rule and pointer of each finding in leads."""
    return {{(finding.rule, finding.pointer) for finding in CONTRACT.check(leads)}}
'''
_OMISSION: Final = """

There are {tests:,} tests, for the most severe of {findings:,} findings."""
_TEST: Final = '''

def test_{name}(smartflo) -> None:
    """{title}

{text}
    """
    served = smartflo.load(LISTS / "{name}.json")
    leads = read(served.url, smartflo.token)

    rule = {rule}
    pointer = {pointer}
    assert (rule, pointer) in findings(leads)
'''


def module_source(tests: Sequence[str], *, folder: str, leads: int, findings: int, overlay_file: str | None) -> str:
    """Return the source of a module.

    Args:
        tests: source of each test.
        folder: name of the folder of the lists.
        leads: number of recorded leads.
        findings: number of findings.
        overlay_file: name of the overlay in that folder.
    """
    head = _MODULE.format(
        leads=leads,
        omission=_OMISSION.format(tests=len(tests), findings=findings) if findings > len(tests) else "",
        folder=_literal(folder),
        overlay="" if overlay_file is None else f", LISTS / {_literal(overlay_file)}",
    )
    return "".join([head, *tests])


def test_source(name: str, finding: Finding, masked: Finding, file: str) -> str:
    """Return the source of a test.

    Args:
        name: name of the test and of its list.
        finding: finding that the test asserts.
        masked: the same finding as it is shown in reports.
        file: path of the list, relative to the module.
    """
    times = "once" if finding.count == 1 else f"{finding.count:,} times"
    sentences = (
        f"{masked.message[:1].upper()}{masked.message[1:]}.",
        f"Evidence: {cited(finding.evidence)}.",
        f"The list is {file}.",
    )
    return _TEST.format(
        name=name,
        title=_in_docstring(f"{finding.pointer}: {finding.severity}, rule {finding.rule}, found {times}."),
        text="\n\n".join(map(_paragraph, sentences)),
        rule=_literal(finding.rule),
        pointer=_literal(finding.pointer),
    )


def _paragraph(text: str) -> str:
    lines = textwrap.wrap(_in_docstring(text), _LINE_CHARACTERS, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"    {line}" for line in lines)


def _in_docstring(text: str) -> str:
    escaped = " ".join(text.split()).replace("\\", "\\\\").replace('"""', r"\"\"\"")
    return escape_unprintable(escaped)


def _literal(string: str) -> str:
    """Return a string literal in ASCII, in double quotes where that needs no escapes."""
    literal = ascii(string)
    return literal if '"' in literal else f'"{literal[1:-1]}"'

"""Regression tests of what was found in a response: each serves the smallest list that still has the finding."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from smartflo_contract.factories import GenerationError, lead
from smartflo_contract.live.checking.identifier_set import IdentifierSet
from smartflo_contract.live.checking.masking import mask_findings
from smartflo_contract.live.errors import RecordError
from smartflo_contract.live.recording.literals import literal
from smartflo_contract.live.sources import escape_unprintable
from smartflo_contract.schemas import Contract, Finding
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.json_pointer import finding_pointer
from smartflo_contract.schemas.response_check import ResponseCheck

Lead: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, str]
"""Rule and pointer of a finding."""

_SEED, _LIST_ID = 0, 8668
_WIDTH: Final = 84
_LONGEST_NAME: Final = 54
MOST_TESTS: Final = 100
"""Of one module: who has more findings learns no more from more tests."""
_HEAD: Final = '''"""Tests of what responses of Smartflo have that the contract does not allow, or does not know.

Written by `smartflo-contract record --as-test`, without personal data. In each test the
fake serves the smallest list that has a finding of {leads:,} recorded leads. Have `read` call
your client, and assert what it must make of the leads.{left}
"""

import requests
from smartflo_contract.factories import lead
from smartflo_contract.schemas import load_contract

{overlay}CONTRACT = load_contract("lenient"{passed})


def read(url: str, token: str) -> list:
    """Return the leads at a URL: the place of your client."""
    response = requests.get(url, headers={{"Authorization": token}}, timeout=5)
    response.raise_for_status()
    return response.json()


def changed(index: int, changes: dict, missing: tuple = ()) -> dict:
    """Return a lead of the contract, but for what is changed or missing."""
    whole = lead({seed}, {list_id}, index{given}) | changes
    return {{key: value for key, value in whole.items() if key not in missing}}


def findings(leads: list) -> set:
    """Return rule and place of all that the contract does not allow or know."""
    return {{(finding.rule, finding.pointer) for finding in CONTRACT.check(leads)}}
'''
_LEFT: Final = """

They are of the worst {most} of {findings:,} findings."""
_TEST: Final = '''

def {name}(smartflo) -> None:
    """{title}

{text}
    """
{served}
    leads = read(smartflo.load(served).url, smartflo.token)

{finding}
    assert finding in findings(leads)
'''


class Module(NamedTuple):
    """A module of tests.

    Attributes:
        findings: how many there were.
        tests: how many it has.
        text: nothing where nothing was found.
    """

    findings: int
    tests: int
    text: str


class Finds:
    """What is found in leads that pass by, with the first lead of each finding.

    Args:
        contract: what the leads are held against.
    """

    def __init__(self, contract: Contract) -> None:
        """Begin without any."""
        self._contract = contract
        self._check = ResponseCheck(data_of(contract), IdentifierSet())
        self._firsts: dict[Key, Lead] = {}

    def watch(self, leads: Iterable[Any]) -> Iterator[Any]:
        """Pass leads on.

        Raises:
            RecordError: while iterating: one is no object.
        """
        for one in leads:
            if not isinstance(one, dict):
                message = (
                    f"lead {self._check.leads} is no JSON object, and the fake serves no such: leave out --as-test"
                )
                raise RecordError(message)
            for rule, path in self._check.add(one):
                self._firsts.setdefault((rule, finding_pointer(path)), one)
            yield one

    def tests(self, leads: Iterable[Lead]) -> Module:
        """Return a module with a test of each finding, of the worst ones where there are many.

        Args:
            leads: those that passed, once more.
        """
        every = self._check.findings()
        findings = every[:MOST_TESTS]
        firsts = {_key(finding): [self._firsts[_key(finding)]] for finding in findings}
        alone = {id(one): _found(self._contract, [one]) for (one,) in firsts.values()}
        self._pair(firsts, alone, leads)
        taken: set[str] = set()
        texts = []
        for finding, said in zip(findings, mask_findings(findings, self._contract), strict=True):
            key = _key(finding)
            had = alone[id(firsts[key][0])] if len(firsts[key]) == 1 else _found(self._contract, firsts[key])
            texts.append(_test(finding, _Reduction(self._contract, key, firsts[key], had).served(), said, taken))
        head = _head(self._contract, self._check.leads, len(every))
        return Module(len(every), len(texts), "".join([head, *texts]) if texts else "")

    def _pair(
        self, firsts: dict[Key, list[Lead]], alone: Mapping[int, AbstractSet[Key]], leads: Iterable[Lead]
    ) -> None:
        """Put before each lead that has its finding only after another one the first such."""
        open_ = {key for key, (one,) in firsts.items() if key not in alone[id(one)]}
        for other in leads if open_ else ():
            for key in [key for key in open_ if key in _found(self._contract, [other, *firsts[key]])]:
                firsts[key].insert(0, other)
                open_.remove(key)
            if not open_:
                return


class _Difference(NamedTuple):
    """A key of one of some leads, in which it differs from a lead of the contract."""

    at: int
    key: str


class _Reduction:
    """The smallest leads with a finding, as what they differ in from leads of the contract.

    Args:
        contract: what the leads are held against.
        key: the finding.
        leads: have it.
        had: all that is found in them.
    """

    def __init__(self, contract: Contract, key: Key, leads: Sequence[Lead], had: AbstractSet[Key]) -> None:
        """Reduce nothing yet."""
        self._contract, self._key, self._leads, self._had = contract, key, leads, had

    def served(self) -> str:
        """Return the statements that make the leads."""
        try:
            self._usual = [_usual(self._contract, at) for at in range(len(self._leads))]
        except GenerationError:
            return _assigned("served", list(self._leads))
        differences = [
            _Difference(at, key)
            for at, (one, usual) in enumerate(zip(self._leads, self._usual, strict=True))
            for key in dict.fromkeys((*one, *usual))
            if not (key in one and key in usual and orjson.dumps(one[key]) == orjson.dumps(usual[key]))
        ]
        return self._statements(self._fewest(differences))

    def _fewest(self, differences: Sequence[_Difference]) -> list[_Difference]:
        """Return the differences that make the finding, and those without which there would be others."""
        (_, place), kept = self._key, list(differences)
        named = [one for one in differences if place.startswith(finding_pointer((one.key,)))]
        if self._key in self._found(named):  # as is usual, and quick
            kept = named
        for one in tuple(kept):
            fewer = [other for other in kept if other != one]
            if self._key in self._found(fewer):
                kept = fewer
        others = self._found(kept) - self._had
        for one in differences if others else ():
            more = [other for other in differences if other == one or other in kept]
            found = self._found(more)
            if self._key in found and len(found - self._had) < len(others):
                kept, others = more, found - self._had
        return kept

    def _found(self, differences: Sequence[_Difference]) -> set[Key]:
        made = []
        for at, usual in enumerate(self._usual):
            changes, missing = self._split(differences, at)
            made.append({key: value for key, value in {**usual, **changes}.items() if key not in missing})
        return _found(self._contract, made)

    def _split(self, differences: Sequence[_Difference], at: int) -> tuple[Lead, tuple[str, ...]]:
        """Return what one lead has differently, and what it has not."""
        keys, one = [key for place, key in differences if place == at], self._leads[at]
        return {key: one[key] for key in keys if key in one}, tuple(key for key in keys if key not in one)

    def _statements(self, differences: Sequence[_Difference]) -> str:
        lines, calls = [], []
        for at in range(len(self._leads)):
            number = f"_{at}" if len(self._leads) > 1 else ""
            changes, missing = self._split(differences, at)
            lines += [_assigned(f"changes{number}", changes)] if changes else []
            lines += [_assigned(f"missing{number}", missing)] if missing else []
            call = f"{at}, {f'changes{number}' if changes else '{}'}{f', missing{number}' if missing else ''}"
            calls.append(f"changed({call})")
        return "\n".join([*lines, f"    served = [{', '.join(calls)}]"])


def _key(finding: Finding) -> Key:
    return finding.rule, finding.pointer


def _usual(contract: Contract, index: int) -> Mapping[str, Any]:
    """Return the lead that a test begins with."""
    overlay = None if contract.overlay is None else contract.overlay.schema
    return lead(_SEED, _LIST_ID, index, profile=_profile(contract), overlay=overlay)


def _profile(contract: Contract) -> str:
    """Return the reading that whole leads follow: real ones look like the sample, which an overlay may forbid."""
    return "lenient" if data_of(contract).in_profile("sample") is None else "sample"


def _found(contract: Contract, leads: Sequence[Lead]) -> set[Key]:
    """Return what is found in leads; findings that can be told take a hundred times as long, where keys are unknown."""
    checking = ResponseCheck(data_of(contract))
    return {(rule, finding_pointer(path)) for one in leads for rule, path in checking.add(one)}


def _assigned(name: str, value: object) -> str:
    return f"    {name} = {literal(value, indent=4, before=len(name) + 3)}"


def _head(contract: Contract, leads: int, findings: int) -> str:
    overlay = None if contract.overlay is None else literal(contract.overlay.schema, before=len("OVERLAY = "))
    return _HEAD.format(
        leads=leads,
        left=_LEFT.format(most=MOST_TESTS, findings=findings) if findings > MOST_TESTS else "",
        overlay="" if overlay is None else f"OVERLAY = {overlay}\n",
        passed="" if overlay is None else ", OVERLAY",
        given="" if overlay is None else f', profile="{_profile(contract)}", overlay=OVERLAY',
        seed=_SEED,
        list_id=_LIST_ID,
    )


def _test(finding: Finding, served: str, said: Finding, taken: set[str]) -> str:
    """Return the test of a finding.

    Args:
        finding: as the test asserts it.
        served: the statements that make the leads.
        said: as people may read it.
        taken: names of tests; gets this one's.
    """
    times = "once" if finding.count == 1 else f"{finding.count:,} times"
    evidence = "; ".join(f"{label}: {source}" for label, source in finding.evidence.items())
    where = f"{finding.severity}, rule {finding.rule}, found {times}"
    text = "\n\n".join(map(_wrapped, (f"{said.message[:1].upper()}{said.message[1:]}.", f"Evidence: {evidence}.")))
    return _TEST.format(
        name=_name(finding, taken),
        title=_escaped(f"{finding.pointer}: {where}."),
        text=text,
        served=served,
        finding=_assigned("finding", _key(finding)),
    )


def _name(finding: Finding, taken: set[str]) -> str:
    """Return the name of a finding's test, which no other has."""
    words = re.sub("[^a-z0-9]+", "_", f"{finding.rule}{finding.pointer}".lower())[:_LONGEST_NAME].strip("_")
    name, number = f"test_{words}", 1
    while name in taken:
        number += 1
        name = f"test_{words}_{number}"
    taken.add(name)
    return name


def _wrapped(text: str) -> str:
    lines = textwrap.wrap(_escaped(text), _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"    {line}" for line in lines)


def _escaped(text: str) -> str:
    """Return a text as it stands in a docstring."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"""', '\\"""')
    return escape_unprintable(plain)

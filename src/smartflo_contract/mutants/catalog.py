"""The catalog of mutants of a contract: operators applied to keys, rules, edge cases, and whole responses."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import orjson

from smartflo_contract.mutants.bodies import apply_to
from smartflo_contract.mutants.drafts import Draft, Subject
from smartflo_contract.mutants.edge_case_mutants import edge_case_drafts
from smartflo_contract.mutants.key_mutants import key_drafts
from smartflo_contract.mutants.lead_edits import each_lead, last_lead
from smartflo_contract.mutants.mutant import Kind, Mutant
from smartflo_contract.mutants.response_mutants import RESPONSE_DRAFTS
from smartflo_contract.mutants.rule_mutants import rule_drafts
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.errors import nearest

SEPARATOR: Final = ","
"""Between the ids of mutants that are applied together."""
_SIZES: Final = (1, 2, 3)
"""Numbers of leads of the responses that may show a mutant, the smallest first."""
_SCOPES: Final = {"breaking": "each", "tolerance": "last"}
"""Which leads a mutant changes if its draft does not say."""
_MAX_SHOWN: Final = 80


class Catalog:
    """The mutants of one contract.

    Args:
        contract: the contract.

    Attributes:
        mutants: the mutants by id, in order.
    """

    def __init__(self, contract: Contract) -> None:
        """Collect the mutants. Those that change nothing in the example leads are left out."""
        self._subject = Subject(contract)
        self._examples: dict[str, tuple[bytes, bytes]] = {}
        self.mutants: Mapping[str, Mutant] = self._collect()

    def example(self, mutant: Mutant) -> tuple[bytes, bytes]:
        """Return the smallest response that shows a mutant: its body before and after."""
        return self._examples[mutant.id]

    def _collect(self) -> dict[str, Mutant]:
        mutants: dict[str, Mutant] = {}
        for draft in self._drafts():
            mutant_id = f"{draft.key}:{draft.operator}".replace(SEPARATOR, "%2C")
            if mutant_id not in mutants:
                mutant = self._mutant(mutant_id, draft)
                if mutant is not None:
                    mutants[mutant_id] = mutant
        return mutants

    def _drafts(self) -> Iterator[Draft]:
        subject = self._subject
        return chain(key_drafts(subject), rule_drafts(subject), edge_case_drafts(subject), RESPONSE_DRAFTS)

    def _mutant(self, mutant_id: str, draft: Draft) -> Mutant | None:
        """Return the mutant of a draft and keep its example; ``None`` if no example lead shows it."""
        edit_leads = draft.edit_leads if draft.change_lead is None else each_lead(draft.change_lead)
        mutant = Mutant(
            mutant_id,
            draft.group,
            draft.operator,
            draft.kind or "breaking",
            draft.change,
            draft.evidence,
            edit_leads,
            draft.edit_body,
        )
        example = self._find_example(mutant, draft.lead)
        if example is None:
            return None
        self._examples[mutant_id] = example
        if draft.kind is None:
            mutant = mutant._replace(kind=self._kind(*example))
        if draft.change_lead is not None and (draft.scope or _SCOPES[mutant.kind]) == "last":
            mutant = mutant._replace(edit_leads=last_lead(draft.change_lead))
        return mutant

    def _find_example(self, mutant: Mutant, lead: Mapping[str, Any] | None) -> tuple[bytes, bytes] | None:
        for size in _SIZES:
            leads = self._subject.leads[:size] if lead is None or size > 1 else [lead]
            before = orjson.dumps(leads)
            after, is_changed = apply_to(before, (mutant,))
            if is_changed:
                return before, after
        return None

    def _kind(self, before: bytes, after: bytes) -> Kind:
        """Return the kind of a change: breaking if the contract finds breaks in the body that it had not before."""
        return "breaking" if self._breaks(after) - self._breaks(before) else "tolerance"

    def _breaks(self, body: bytes) -> set[tuple[str, str]]:
        findings = self._subject.contract.check(body)
        return {(finding.rule, finding.pointer) for finding in findings if finding.severity == "break"}


@lru_cache(maxsize=16)
def catalog_of(contract: Contract) -> Catalog:
    """Return the catalog of a contract; those of recent contracts are cached."""
    return Catalog(contract)


def mutants_of(contract: Contract) -> tuple[Mutant, ...]:
    """Return the mutants of a contract, in order."""
    return tuple(catalog_of(contract).mutants.values())


def find_mutants(contract: Contract, ids: str) -> tuple[Mutant, ...]:
    """Return the mutants with some ids.

    Args:
        contract: the contract.
        ids: one id, or several joined by commas; one that is repeated counts once.

    Raises:
        ValueError: there is no such mutant.
    """
    mutants = catalog_of(contract).mutants
    names = dict.fromkeys(ids.split(SEPARATOR))
    unknown = next((name for name in names if name not in mutants), None)
    if unknown is None:
        return tuple(mutants[name] for name in names)
    name = unknown[:_MAX_SHOWN]
    message = f"there is no mutant `{name}`; `smartflo-contract mutants` lists them.{nearest(name, mutants)}"
    raise ValueError(message)


def example_of(contract: Contract, mutant: Mutant) -> tuple[bytes, bytes]:
    """Return the smallest response that shows a mutant: its body before and after."""
    return catalog_of(contract).example(mutant)

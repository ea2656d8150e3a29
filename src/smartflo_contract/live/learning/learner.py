"""Learning from responses: leads to claims, claims to a draft of an overlay."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from smartflo_contract.live.learning.claim import MADE_BY_RULES, MIN_LEADS, Claim, is_small
from smartflo_contract.live.learning.key_history import KeyHistory
from smartflo_contract.live.learning.key_relations import KeyRelations
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.findings import JSON_TYPES
from smartflo_contract.schemas.grammar import format_count, format_setting
from smartflo_contract.schemas.lead_format import FIELD
from smartflo_contract.schemas.schema_keywords import Schema, allows_null, types

DRAFT_TITLE: Final = "Draft of an overlay, by check --learn"
_MAX_KEYS: Final = 200
"""Keys that are followed; later ones are not."""
_IDENTIFIERS: Final = frozenset({"client_id", "list_id"})
"""Generators of numbers that identify something."""
_COMMENT: Final = "Each claim held in all of {counts}. Delete what is a coincidence before you use this."


class Learner:
    """Follows leads, response by response.

    Args:
        contract: makes the claims that are not learned again.

    Attributes:
        leads: number of leads so far.
        responses: number of responses with leads so far.
    """

    def __init__(self, contract: Contract) -> None:
        """Start without a lead."""
        self.leads = self.responses = 0
        self._contract = contract
        self._properties: Mapping[str, Schema] = contract.lead["properties"]
        self._counted = frozenset(key for key, schema in self._properties.items() if _is_count(schema))
        self._histories: dict[str, KeyHistory] = {}
        self._relations = KeyRelations(self._counted)
        self._leads_before = 0

    def add(self, leads: Sequence[Mapping[str, Any]]) -> None:
        """Follow the next leads of the current response."""
        for lead in leads:
            for key, value in lead.items():
                history = self._histories.get(key)
                if history is None:
                    if len(self._histories) == _MAX_KEYS:
                        continue
                    history = self._histories[key] = KeyHistory()
                history.add(value)
            known = {key: value for key, value in lead.items() if key in self._histories and not FIELD.fullmatch(key)}
            self._relations.add(known)
        self.leads += len(leads)

    def end_response(self) -> None:
        """End the current response."""
        self.responses += self.leads > self._leads_before
        self._leads_before = self.leads
        for history in self._histories.values():
            history.end_response()

    def draft(self, is_shown: Callable[[str], bool]) -> Schema | None:
        """Return the claims as a draft of an overlay; ``None`` if there are too few leads.

        Args:
            is_shown: returns whether reports show the name of a key.
        """
        if self.leads < MIN_LEADS:
            return None
        keys = [key for key in self._histories if key in self._properties or FIELD.fullmatch(key) or is_shown(key)]
        properties: dict[str, Schema] = {}
        required: list[str] = []
        counts = f"{format_count(self.leads, 'lead')} of {format_count(self.responses, 'response')}"
        for claim in self._claims(keys):
            schema = properties.setdefault(claim.key, {"$comment": ""})
            schema["$comment"] = "; ".join(filter(None, [schema["$comment"], str(claim)]))
            schema.update(claim.keywords)
            if claim.keywords or claim.key not in self._properties:
                schema["x-evidence"] = {"observed": f"all of {counts}"}
            required += [claim.key] if claim.is_required else []
        draft: Schema = {
            "title": DRAFT_TITLE,
            "$comment": _COMMENT.format(counts=counts),
            "properties": properties,
        }
        return draft | ({"required": required} if required else {})

    def _claims(self, keys: list[str]) -> Iterator[Claim]:
        """Yield what held in all leads, key by key."""
        same = frozenset(key for key in keys if self._histories[key].is_same)
        for key in keys:
            history = self._histories[key]
            if FIELD.fullmatch(key):
                is_stated = self._properties.get(key, {}).get("minLength", 0) > 0
                if history.present == self.leads and history.types == {"string"} and not (history.empty or is_stated):
                    yield Claim(key, "never empty", self.leads, keywords={"minLength": 1})
                continue
            yield from self._claims_about_presence(key, history)
            if history.present == self.leads:
                yield from self._claims_about_values(key, history)
        named = [key for key in keys if not FIELD.fullmatch(key)]
        yield from self._relations.claims(self.leads, named, same)

    def _claims_about_presence(self, key: str, history: KeyHistory) -> Iterator[Claim]:
        """Yield whether a key is always present, and its type."""
        schema = self._properties.get(key)
        seen = sorted(history.types)
        type_keyword = {"type": seen[0] if len(seen) == 1 else seen}
        if history.present == self.leads and key not in self._contract.lead.get("required", ()):
            yield Claim(key, "always present", self.leads, is_required=True)
        if schema is None:
            yield Claim(key, f"of type {' or '.join(seen)}", history.present, keywords=type_keyword)
        elif "type" in schema and allows_null(schema) and "null" in types(schema) and "null" not in history.types:
            allowed = [name for name in seen if name in types(schema)]
            if allowed == seen and history.present >= MIN_LEADS:
                yield Claim(key, "never null", history.present, keywords=type_keyword)

    def _claims_about_values(self, key: str, history: KeyHistory) -> Iterator[Claim]:
        """Yield how the values of a key that all leads have relate to each other, and their range."""
        literal = self._literal(key, history)
        if literal is not None:
            yield literal
        if history.is_same and self.leads > self.responses:
            is_stated = ("same", key) in MADE_BY_RULES or "const" in self._properties.get(key, {})
            if not is_stated and literal is None:
                yield Claim(key, "the same in all leads of a response", self.leads)
            return
        if history.is_unique and ("unique", key) not in MADE_BY_RULES:
            yield Claim(key, "unique within a response", self.leads)
        if history.comparisons >= MIN_LEADS - 1 and (history.is_rising or history.is_falling):
            direction = "rises" if history.is_rising else "falls"
            opposite = "falls" if history.is_rising else "rises"
            statement = f"{direction} from lead to lead" if history.is_strict else f"never {opposite} from lead to lead"
            yield Claim(key, statement, history.comparisons, "pair")

    def _literal(self, key: str, history: KeyHistory) -> Claim | None:
        """Return the claim that booleans or small integers are in a range, or always the same."""
        schema, smallest, largest = self._properties.get(key, {}), history.smallest, history.largest
        if key not in self._counted or smallest is None or largest is None:
            return None
        if history.types == {"boolean"}:
            return self._constant(key, smallest) if smallest == largest and "const" not in schema else None
        limits = (schema.get("minimum", smallest), schema.get("maximum", largest))
        is_narrower = limits[0] <= smallest and largest <= limits[1] and limits != (smallest, largest)
        is_constant = smallest == largest and schema.get("const") != smallest
        if history.types != {"integer"} or not (is_small(smallest) and is_small(largest)):
            return None
        if is_constant and limits[0] <= smallest <= limits[1]:
            return self._constant(key, smallest)
        if not is_narrower or smallest == largest:
            return None
        return Claim(
            key, f"from {smallest} to {largest}", self.leads, keywords={"minimum": smallest, "maximum": largest}
        )

    def _constant(self, key: str, value: int) -> Claim:
        """Return the claim that a value is always the same; one of another type than the contract's has no keyword."""
        is_allowed = JSON_TYPES[type(value)] in types(self._properties[key])
        return Claim(
            key, f"always {format_setting(value)}", self.leads, keywords={"const": value} if is_allowed else {}
        )


def _is_count(schema: Schema) -> bool:
    """Return whether the values of a property are booleans, or numbers that count or classify and identify nobody."""
    is_number = schema.get("type") == "integer" and schema.get("x-faker") not in _IDENTIFIERS
    return (is_number or schema.get("type") == "boolean") and "x-faker" in schema and not schema.get("x-personal")

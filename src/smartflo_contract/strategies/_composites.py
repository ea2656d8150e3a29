"""Draw leads, lead lists, responses and single values.

Functions have the names of the public strategies, because Hypothesis shows those names. Each becomes a strategy on
first use, because Hypothesis takes a millisecond to create one.
"""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import cache
from hashlib import shake_128
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

from hypothesis import strategies as st

from smartflo_contract.factories import EDGE_CASES
from smartflo_contract.factories import byte_sources as sources
from smartflo_contract.factories import value_tables as tables
from smartflo_contract.schemas.contract import data_of
from smartflo_contract.schemas.lead_format import FIELD, TIME_KEYS, epoch_ms, mongo_date
from smartflo_contract.strategies._arguments import Arguments, EdgeArguments, LeadArguments, TimeArguments
from smartflo_contract.strategies._broken_leads import (
    BreakArguments,
    Broken,
    BrokenResponse,
    SurpriseArguments,
    lead_breaks,
)
from smartflo_contract.strategies._lead_recipe import LIST_KEYS, Lead, ListPlan
from smartflo_contract.strategies._target_arguments import TargetArguments
from smartflo_contract.strategies.breakers import BODY_BREAKS
from smartflo_contract.strategies.cell_events import with_events, with_list_events

if TYPE_CHECKING:
    from smartflo_contract import factories

_MAX_DRAWN_LEADS: Final = 50
"""Maximum number of leads of a list that are drawn one by one, because Hypothesis limits the size of an example."""
_MAX_BROKEN_LEADS: Final = 3
"""Maximum number of leads in a broken response, to keep it readable."""
_SEEDS: Final = 2**32

T = TypeVar("T")
A = TypeVar("A", bound=Arguments)
_Encoder: TypeAlias = Callable[[list[Lead]], str]
_ENCODERS: Final[tuple[_Encoder, ...]] = (
    lambda leads: json.dumps(leads, ensure_ascii=False, separators=(",", ":")),
    json.dumps,
    lambda leads: json.dumps(leads, ensure_ascii=False, indent=2) + "\n",
    lambda leads: json.dumps(leads, sort_keys=True),
)
"""Encodings of the same leads that a server may choose: compact, escaped to ASCII, indented, keys sorted."""


@cache
def _composite(draw: Callable[..., T]) -> Callable[[Arguments], st.SearchStrategy[T]]:
    return st.composite(draw)


def strategy(draw: Callable[[st.DrawFn, A], T], arguments: A) -> st.SearchStrategy[T]:
    """Return the strategy of a function of this module."""
    return _composite(draw)(arguments)


def leads(draw: st.DrawFn, arguments: TargetArguments) -> Lead:
    """Draw one lead."""
    targets = arguments.targets
    lead = _lead_and_bytes(0, draw, arguments)[0]
    if targets:
        lead = arguments.with_target(lead, *targets[draw(st.integers(0, len(targets) - 1))])
    return with_events(arguments.contract, lead)


def lead_lists(draw: st.DrawFn, arguments: LeadArguments) -> list[Lead]:
    """Draw the leads of one list."""
    recipe = arguments.recipe
    minimum, maximum = arguments.sizes
    plan = _plan(draw, arguments, draw(_bytes(recipe.list_width)))
    limit = _MAX_DRAWN_LEADS if maximum is None else min(maximum, _MAX_DRAWN_LEADS)
    blocks = draw(st.lists(_bytes(recipe.lead_width), min_size=min(minimum, _MAX_DRAWN_LEADS), max_size=limit))
    leads = [_lead(draw, arguments, plan, data, position) for position, data in enumerate(blocks)]
    max_size = max(minimum, _MAX_DRAWN_LEADS) if maximum is None else maximum
    if len(leads) == _MAX_DRAWN_LEADS < max_size:
        size = draw(st.integers(max(minimum, _MAX_DRAWN_LEADS), max_size))
        _extend(leads, arguments, plan, size, draw(st.integers(0, _SEEDS - 1)))
    return with_list_events(arguments.contract, leads)


def responses(draw: st.DrawFn, arguments: LeadArguments) -> bytes:
    """Draw the body of a response."""
    return draw(st.sampled_from(_ENCODERS))(lead_lists(draw, arguments)).encode()


def headers(draw: st.DrawFn, arguments: LeadArguments) -> Any:
    """Draw a value of ``header``."""
    return _list_value(draw, arguments, "header")


def sensitive_field_maps(draw: st.DrawFn, arguments: LeadArguments) -> Any:
    """Draw a value of ``sensitive_field_map``."""
    return _list_value(draw, arguments, "sensitive_field_map")


def _list_value(draw: st.DrawFn, arguments: LeadArguments, key: str) -> Any:
    arguments.require(key)
    return _plan(draw, arguments, draw(_bytes(arguments.recipe.list_width))).blank[key]


def dial_statuses(draw: st.DrawFn, arguments: Arguments) -> int:
    """Draw a value of ``dial_status``."""
    return cast("int", draw(arguments.values("dial_status")))


def dispositions(draw: st.DrawFn, arguments: Arguments) -> int:
    """Draw a value of ``dialer_dial_status``."""
    return cast("int", draw(arguments.values("dialer_dial_status")))


def broken_leads(draw: st.DrawFn, arguments: BreakArguments) -> Broken:
    """Draw a lead that breaks one rule."""
    rule, key = draw(st.sampled_from(arguments.in_leads))
    lead, (choice,) = _lead_and_bytes(1, draw, arguments.valid_leads)
    change = _select(choice, list(lead_breaks(arguments.contract)[rule, key](lead)))
    broken = with_events(arguments.contract, change.apply_to(lead))
    return Broken(cast("factories.Lead", broken), rule, change.pointer)


def broken_responses(draw: st.DrawFn, arguments: BreakArguments) -> BrokenResponse:
    """Draw the body of a response that breaks one rule."""
    rule, key = rule_at_key = draw(st.sampled_from(arguments.in_responses))
    valid_leads, recipe = arguments.valid_leads, arguments.valid_leads.recipe
    data = draw(_bytes(4 + recipe.list_width + _MAX_BROKEN_LEADS * recipe.lead_width))
    encoding, size, position, choice = data[:4]
    plan = _plan(draw, valid_leads, data[4:])
    offsets = range(4 + recipe.list_width, len(data), recipe.lead_width)
    break_list = data_of(arguments.contract).list_breakers().get(rule_at_key)
    minimum = 1 if break_list is None else 2
    offsets = offsets[: minimum + _select(size, range(1 + _MAX_BROKEN_LEADS - minimum))]
    leads = [
        _lead(draw, valid_leads, plan, data[offset : offset + recipe.lead_width], number)
        for number, offset in enumerate(offsets)
    ]
    encode = _select(encoding, _ENCODERS)
    contract = arguments.contract
    if rule_at_key in BODY_BREAKS:
        pointer, break_body = _select(choice, BODY_BREAKS[rule_at_key])
        return BrokenResponse(break_body(encode(with_list_events(contract, leads)).encode()), rule, pointer)
    if break_list is not None:
        broken = with_list_events(contract, break_list(leads))
        return BrokenResponse(encode(broken).encode(), rule, f"/*/{key}")
    index = _select(position, range(len(leads)))
    change = _select(choice, list(lead_breaks(contract)[rule_at_key](leads[index])))
    leads[index] = change.apply_to(leads[index])
    return BrokenResponse(encode(with_list_events(contract, leads)).encode(), rule, change.pointer)


def surprising_leads(draw: st.DrawFn, arguments: SurpriseArguments) -> Lead:
    """Draw a lead that is valid, but unexpected by a client."""
    rule_at_key = draw(st.sampled_from(list(arguments.surprises)))
    lead, (choice, missing) = _lead_and_bytes(2, draw, arguments)
    rules = (rule_at_key, *arguments.surprises)  # an overlay may leave a lead no way to surprise by one of them
    changes = next(filter(None, (list(arguments.surprises[rule](lead)) for rule in rules)))
    change = _select(choice, changes)
    schema = arguments.contract.lead
    kept = {*schema["required"], change.path[0]}
    optional = [key for key in schema["properties"] if key not in kept and not FIELD.fullmatch(key)]
    removed = [key for number, key in enumerate(optional[:8]) if missing >> number & 1]
    changed = {key: value for key, value in change.apply_to(lead).items() if key not in removed}
    return with_events(arguments.contract, changed)


def mongo_dates(draw: st.DrawFn, arguments: TimeArguments) -> dict[str, dict[str, str]]:
    """Draw a time."""
    return mongo_date(draw(arguments.times))


def object_ids(draw: st.DrawFn, _: Arguments) -> str:
    """Draw an ObjectId: 24 hexadecimal digits."""
    return f"{draw(st.integers(0, 16**24 - 1)):024x}"


def phone_numbers(draw: st.DrawFn, _: Arguments) -> str:
    """Draw a phone number that cannot ring."""
    series = sources.SAFE_SERIES
    return f"{series.prefix}{draw(st.integers(0, series.size - 1)):0{series.digits}d}"


def names(draw: st.DrawFn, _: Arguments) -> str:
    """Draw a person's name."""
    return draw(st.sampled_from(tables.names()))


def emails(draw: st.DrawFn, _: Arguments) -> str:
    """Draw an e-mail address, or another string that people enter."""
    return draw(st.sampled_from(tables.emails()))


def edge_leads(draw: st.DrawFn, arguments: EdgeArguments) -> Lead:
    """Draw one lead of the edge cases."""
    name, index = draw(st.sampled_from(arguments.positions))
    return with_events(arguments.contract, cast("Lead", EDGE_CASES[name].leads[index]))


def edge_lead_lists(draw: st.DrawFn, arguments: EdgeArguments) -> list[Lead]:
    """Draw all leads of one edge case."""
    return with_list_events(arguments.contract, cast("list[Lead]", draw(st.sampled_from(arguments.cases)).leads))


def _lead_and_bytes(count: int, draw: st.DrawFn, arguments: LeadArguments) -> tuple[Lead, bytes]:
    """Draw a lead, and a number of bytes.

    Both are one draw. Hypothesis repeats similar draws of an example, so separate draws would break some rules less
    often.
    """
    recipe = arguments.recipe
    data = draw(_bytes(count + recipe.list_width + recipe.lead_width))
    plan = _plan(draw, arguments, data[count:])
    return _lead(draw, arguments, plan, data[count + recipe.list_width :], 0), data[:count]


def _select(byte: int, options: Sequence[T]) -> T:
    """Return the option that a byte selects."""
    return options[byte * len(options) // 256]


@cache
def _bytes(width: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=width, max_size=width)


def _plan(draw: st.DrawFn, arguments: LeadArguments, data: bytes) -> ListPlan:
    """Draw the values that the leads of a list share."""
    recipe = arguments.recipe
    columns = arguments.columns(draw, data)
    values = {key: draw(strategy) for key, strategy in recipe.drawn.items() if key in LIST_KEYS}
    values |= {key: arguments.value(draw, name, key) for key, name in arguments.key_options.items() if key in LIST_KEYS}
    if recipe.overlay_defines_header:
        values["header"], columns = arguments.header(data, columns, values)
    facts = sources.ListFacts(columns=columns, fields=arguments.field_count(draw, data, len(columns)))
    return recipe.plan(data, facts, values)


def _lead(draw: st.DrawFn, arguments: LeadArguments, plan: ListPlan, data: bytes, position: int) -> Lead:
    """Return the lead of some bytes, and draw the values that the bytes do not decide."""
    recipe = arguments.recipe
    lead = recipe.lead(plan, data, position)
    if recipe.drawn:
        lead |= {key: draw(strategy) for key, strategy in recipe.drawn.items() if key not in LIST_KEYS}
    if not arguments.strategies:
        return lead
    options = {key: name for key, name in arguments.key_options.items() if key not in LIST_KEYS}
    lead |= {key: arguments.value(draw, name, key) for key, name in options.items()}
    if "dates" in arguments.strategies:
        times = [arguments.value(draw, "dates", key) for key in TIME_KEYS]
        lead |= zip(TIME_KEYS, sorted(times, key=lambda time: epoch_ms(time) or 0), strict=True)
    for number, kind in enumerate(plan.kinds):
        name, key = arguments.kind_options.get(kind), f"field_{number}"
        if name is not None and (number < plan.drawn_fields or lead[key]):
            lead[key] = arguments.value(draw, name, key)
    lead |= arguments.extra_keys(draw)
    return lead


def _extend(leads: list[Lead], arguments: LeadArguments, plan: ListPlan, size: int, seed: int) -> None:
    """Append leads that follow from a seed, 0 for the simplest, because Hypothesis cannot draw so many.

    They repeat the values that strategies returned for the drawn leads; the other values are their own.
    """
    recipe, drawn = arguments.recipe, len(leads)
    fields = {f"field_{number}" for number, kind in enumerate(plan.kinds) if kind in arguments.kind_options}
    repeated = {*recipe.drawn, *arguments.keys_of_options, *fields}
    for position in range(drawn, size):
        width = recipe.lead_width
        data = shake_128(f"{seed}/{position}".encode()).digest(width) if seed else bytes(width)
        lead = recipe.lead(plan, data, position)
        source = leads[position % drawn]
        lead |= deepcopy({key: source[key] for key in source if key in repeated or key not in lead})
        leads.append(lead)

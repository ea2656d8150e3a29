"""How leads, lists, responses and single values are drawn.

Functions here have the names of public strategies, under which Hypothesis shows them. They become strategies when one
is first asked for: Hypothesis takes a millisecond for each.
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
from smartflo_contract.strategies._arguments import Arguments, EdgeArguments, InstantArguments, LeadArguments
from smartflo_contract.strategies._broken_leads import (
    BreakArguments,
    Broken,
    BrokenResponse,
    SurpriseArguments,
    ways_of,
)
from smartflo_contract.strategies._lead_recipe import DOCUMENTED_KINDS, OF_A_LIST, Lead, ListPlan
from smartflo_contract.strategies.breakers import BODY_BREAKS

if TYPE_CHECKING:
    from smartflo_contract import factories

MOST_DRAWN: Final = 50
"""How many leads of a list are drawn one by one; Hypothesis bounds how much an example is made of."""
MOST_BROKEN: Final = 3
"""How many leads a broken response has at most; the broken one is to be found among few."""
_SEEDS: Final = 2**32

T = TypeVar("T")
A = TypeVar("A", bound=Arguments)
Write: TypeAlias = Callable[[list[Lead]], str]
STYLES: Final[tuple[Write, ...]] = (
    lambda leads: json.dumps(leads, ensure_ascii=False, separators=(",", ":")),
    json.dumps,
    lambda leads: json.dumps(leads, ensure_ascii=False, indent=2) + "\n",
    lambda leads: json.dumps(leads, sort_keys=True),
)
"""How a server may write the same leads: compact, escaped to ASCII, indented, keys in another order."""


@cache
def _composite(draw: Callable[..., T]) -> Callable[[Arguments], st.SearchStrategy[T]]:
    return st.composite(draw)


def strategy(draw: Callable[[st.DrawFn, A], T], arguments: A) -> st.SearchStrategy[T]:
    """Return the strategy of what a function here draws."""
    return _composite(draw)(arguments)


def leads(draw: st.DrawFn, arguments: LeadArguments) -> Lead:
    """Draw one lead."""
    return _lead_and(0, draw, arguments)[0]


def lead_lists(draw: st.DrawFn, arguments: LeadArguments) -> list[Lead]:
    """Draw the leads of one list."""
    recipe = arguments.recipe
    least, most = arguments.sizes
    plan = _plan(draw, arguments, draw(_bytes(recipe.list_width)))
    limit = MOST_DRAWN if most is None else min(most, MOST_DRAWN)
    pieces = draw(st.lists(_bytes(recipe.lead_width), min_size=min(least, MOST_DRAWN), max_size=limit))
    leads = [_lead(draw, arguments, plan, data, position) for position, data in enumerate(pieces)]
    longest = max(least, MOST_DRAWN) if most is None else most
    if len(leads) == MOST_DRAWN < longest:
        size = draw(st.integers(max(least, MOST_DRAWN), longest))
        _extend(leads, arguments, plan, size, draw(st.integers(0, _SEEDS - 1)))
    return leads


def responses(draw: st.DrawFn, arguments: LeadArguments) -> bytes:
    """Draw the body of a response."""
    return draw(st.sampled_from(STYLES))(lead_lists(draw, arguments)).encode()


def headers(draw: st.DrawFn, arguments: LeadArguments) -> Any:
    """Draw a value of ``header``."""
    return _of_list(draw, arguments, "header")


def sensitive_field_maps(draw: st.DrawFn, arguments: LeadArguments) -> Any:
    """Draw a value of ``sensitive_field_map``."""
    return _of_list(draw, arguments, "sensitive_field_map")


def _of_list(draw: st.DrawFn, arguments: LeadArguments, key: str) -> Any:
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
    lead, (choice,) = _lead_and(1, draw, arguments.base)
    way = _chosen(choice, list(ways_of(arguments.contract)[rule, key](lead)))
    return Broken(cast("factories.Lead", way.apply_to(lead)), rule, way.pointer)


def broken_responses(draw: st.DrawFn, arguments: BreakArguments) -> BrokenResponse:
    """Draw the body of a response that breaks one rule."""
    rule, key = pair = draw(st.sampled_from(arguments.in_responses))
    base, recipe = arguments.base, arguments.base.recipe
    data = draw(_bytes(4 + recipe.list_width + MOST_BROKEN * recipe.lead_width))
    style, size, place, choice = data[:4]
    plan = _plan(draw, base, data[4:])
    pieces = range(4 + recipe.list_width, len(data), recipe.lead_width)
    break_list = data_of(arguments.contract).list_breakers().get(pair)
    least = 1 if break_list is None else 2
    places = pieces[: least + _chosen(size, range(1 + MOST_BROKEN - least))]
    found = [_lead(draw, base, plan, data[at : at + recipe.lead_width], number) for number, at in enumerate(places)]
    write = _chosen(style, STYLES)
    if pair in BODY_BREAKS:
        pointer, change = _chosen(choice, BODY_BREAKS[pair])
        return BrokenResponse(change(write(found).encode()), rule, pointer)
    if break_list is not None:
        return BrokenResponse(write(break_list(found)).encode(), rule, f"/*/{key}")
    at = _chosen(place, range(len(found)))
    way = _chosen(choice, list(ways_of(arguments.contract)[pair](found[at])))
    found[at] = way.apply_to(found[at])
    return BrokenResponse(write(found).encode(), rule, way.pointer)


def surprising_leads(draw: st.DrawFn, arguments: SurpriseArguments) -> Lead:
    """Draw a lead that the contract allows and a client does not expect."""
    pair = draw(st.sampled_from(list(arguments.ways)))
    lead, (choice, missing) = _lead_and(2, draw, arguments)
    way = _chosen(choice, list(arguments.ways[pair](lead)))
    known = arguments.contract.lead
    kept = {*known["required"], way.path[0]}
    optional = [key for key in known["properties"] if key not in kept and not FIELD.fullmatch(key)]
    gone = [key for number, key in enumerate(optional[:8]) if missing >> number & 1]
    return {key: value for key, value in way.apply_to(lead).items() if key not in gone}


def mongo_dates(draw: st.DrawFn, arguments: InstantArguments) -> dict[str, dict[str, str]]:
    """Draw a time."""
    return mongo_date(draw(arguments.instants))


def object_ids(draw: st.DrawFn, _: Arguments) -> str:
    """Draw an identifier of 24 hexadecimal digits."""
    return f"{draw(st.integers(0, 16**24 - 1)):024x}"


def phone_numbers(draw: st.DrawFn, _: Arguments) -> str:
    """Draw a phone number that cannot ring."""
    series = sources.SAFE_SERIES
    return f"{series.prefix}{draw(st.integers(0, series.size - 1)):0{series.digits}d}"


def names(draw: st.DrawFn, _: Arguments) -> str:
    """Draw a person's name."""
    return draw(st.sampled_from(tables.names()))


def emails(draw: st.DrawFn, _: Arguments) -> str:
    """Draw an e-mail address, or what people enter instead."""
    return draw(st.sampled_from(tables.emails()))


def edge_leads(draw: st.DrawFn, arguments: EdgeArguments) -> Lead:
    """Draw one lead of the edge cases."""
    name, index = draw(st.sampled_from([(case.name, n) for case in arguments.cases for n in range(len(case.leads))]))
    return cast("Lead", EDGE_CASES[name].leads[index])


def edge_lead_lists(draw: st.DrawFn, arguments: EdgeArguments) -> list[Lead]:
    """Draw all leads of one edge case."""
    return cast("list[Lead]", draw(st.sampled_from(arguments.cases)).leads)


def _lead_and(more: int, draw: st.DrawFn, arguments: LeadArguments) -> tuple[Lead, bytes]:
    """Draw a lead, and so many bytes beside.

    They are one draw, because Hypothesis repeats parts of an example that are of a kind: a rule would have its turn
    less often.
    """
    recipe = arguments.recipe
    data = draw(_bytes(more + recipe.list_width + recipe.lead_width))
    plan = _plan(draw, arguments, data[more:])
    return _lead(draw, arguments, plan, data[more + recipe.list_width :], 0), data[:more]


def _chosen(byte: int, options: Sequence[T]) -> T:
    """Return the option that a byte stands for."""
    return options[byte * len(options) // 256]


@cache
def _bytes(width: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=width, max_size=width)


def _plan(draw: st.DrawFn, arguments: LeadArguments, data: bytes) -> ListPlan:
    """Draw what the leads of a list share."""
    recipe = arguments.recipe
    columns = arguments.columns(draw, data)
    values = {key: draw(strategy) for key, strategy in recipe.drawn.items() if key in OF_A_LIST}
    values |= {key: arguments.value(draw, name, key) for key, name in arguments.of_keys.items() if key in OF_A_LIST}
    if recipe.header_decided:
        values["header"], columns = arguments.header(data, columns, values)
    facts = sources.ListFacts(columns=columns, fields=arguments.field_count(draw, data, len(columns)))
    return recipe.plan(data, facts, values)


def _lead(draw: st.DrawFn, arguments: LeadArguments, plan: ListPlan, data: bytes, position: int) -> Lead:
    """Return the lead of its bytes, and draw what the bytes do not decide."""
    recipe = arguments.recipe
    lead = recipe.lead(plan, data, position)
    if recipe.drawn:
        lead |= {key: draw(strategy) for key, strategy in recipe.drawn.items() if key not in OF_A_LIST}
    if not arguments.strategies:
        return lead
    lead |= {key: arguments.value(draw, name, key) for key, name in arguments.of_keys.items() if key not in OF_A_LIST}
    if "dates" in arguments.strategies:
        times = [arguments.value(draw, "dates", key) for key in TIME_KEYS]
        lead |= zip(TIME_KEYS, sorted(times, key=lambda time: epoch_ms(time) or 0), strict=True)
    for number, kind in enumerate(plan.kinds):
        name, key = arguments.of_kinds.get(kind), f"field_{number}"
        if name is not None and (number < max(plan.own, len(DOCUMENTED_KINDS)) or lead[key]):
            lead[key] = arguments.value(draw, name, key)
    lead |= arguments.extra_keys(draw)
    return lead


def _extend(leads: list[Lead], arguments: LeadArguments, plan: ListPlan, size: int, seed: int) -> None:
    """Add leads that follow from one number, 0 for the simplest, where drawing each would be too much.

    What strategies gave for the leads before, theirs repeat; the rest is their own.
    """
    recipe, drawn = arguments.recipe, len(leads)
    of_kinds = {f"field_{number}" for number, kind in enumerate(plan.kinds) if kind in arguments.of_kinds}
    repeated = {*recipe.drawn, *arguments.given_keys, *of_kinds}
    for position in range(drawn, size):
        width = recipe.lead_width
        data = shake_128(f"{seed}/{position}".encode()).digest(width) if seed else bytes(width)
        lead = recipe.lead(plan, data, position)
        before = leads[position % drawn]
        lead |= deepcopy({key: before[key] for key in before if key in repeated or key not in lead})
        leads.append(lead)

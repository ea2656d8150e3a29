"""The facts of one lead: everything that varies from lead to lead, from one digest.

Facts are numbers, or text that stands in JSON as it is, so that a lead is one template filled once.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import accumulate
from struct import Struct
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar

from smartflo_contract.factories._status_model import OTHER, STATUSES
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.pools import (
    BUSINESSES,
    DOMAINS,
    EPOCH,
    PHRASES,
    STREETS,
    birthdays,
    pools,
    skill_lists,
)

Phones: TypeAlias = Literal["safe", "valid"]
_T = TypeVar("_T")

DAY: Final = 24 * 60 * 60 * 1000
"""Milliseconds."""
_DIGEST: Final = Struct("<16H8I")
_YEAR: Final = 365 * 24 * 60 * 60
"""Seconds."""
_I: Final = 1 << 32


class Series(NamedTuple):
    """A series of phone numbers, walked in an order that does not look like one.

    Number ``n`` of a list is ``prefix`` and the digits of ``(n * step + start) mod size``. The step
    has no divisor in common with the size, so the first ``size`` numbers of a list are different,
    and from a number follows which leads have it.
    """

    prefix: str
    digits: int
    step: int

    @property
    def size(self) -> int:
        """How many numbers the series has."""
        return int(10**self.digits)


SERIES: Final[dict[Phones, Series]] = {
    "safe": Series("+915550", 6, 618_033),
    "valid": Series("+9198", 8, 61_803_399),
}
"""``safe``: Indian numbers begin with 6 to 9 (mobile) or with an area code, of which 555 is none,
so these cannot be dialled while they look right. ``valid``: numbers that may be somebody's."""


class Facts(NamedTuple):
    """What a template may name in braces; times in epoch ms. From ``lead_number`` on they are rare."""

    position: int
    object_id: str
    phone: str
    alternate_phone: str
    first_name: str
    last_name: str
    first_slug: str
    last_slug: str
    mailbox: int
    domain: str
    house: int
    street: str
    city: str
    company: str
    date_of_birth: str
    credit_score: int
    business: str
    dial_status: int
    disposition: int
    lead_picked: int
    undisposed_lead: str
    call_count: int
    retry_count: int
    created: int
    updated: int
    available: int
    priority: int
    optional_skill_id: int | str
    optional_time_group: int | str
    optional_dialer_skill: str
    lead_number: int
    pincode: int
    age: int
    skill_id: int
    time_group: int
    dialer_skill: str
    phrase_a: str
    phrase_b: str
    phrase_c: str


COMMON: Final = Facts._fields.index("lead_number")
"""How many facts come before the rare ones."""

FactValues: TypeAlias = tuple[int | str, ...]


def facts_of(
    seed: int,
    list_id: int,
    *,
    phones: Phones = "safe",
    dial_status: Mapping[int, float] | None = None,
    disposition: Mapping[int, float] | None = None,
    allowed: Callable[[str, int], bool] = lambda _key, _value: True,
    rare: bool = True,
) -> Callable[[int], FactValues]:
    """Return the function from a lead's index to its facts, in the order of :class:`Facts`.

    A plain tuple, because it is made for every lead of a million.

    Args:
        seed: the world's or the list's seed.
        list_id: the list.
        phones: which series of numbers.
        dial_status: dial status to weight, instead of the usual mix.
        disposition: disposition to weight, instead of those that go with the status.
        allowed: whether a key may have a value; others are not drawn where there is a choice.
        rare: make the rare facts too; without them a lead takes a tenth less time.
    """
    world = blake2b(f"{seed}/{list_id}".encode(), digest_size=_DIGEST.size)
    own = _DIGEST.unpack(world.digest())
    series = SERIES[phones]
    phone = f"{series.prefix}%0{series.digits}d"
    step, size = series.step, series.size
    start = phone_start(seed, list_id, series)
    tail = f"{own[16]:08x}"
    number_base = ((own[16] & 0x1FFFFF) << 32) + 1
    statuses, status_limits = _weighted(_statuses(dial_status, disposition, allowed))
    first_names, last_names, cities, companies = pools()
    days = birthdays()
    first_count, last_count, city_count, company_count = map(len, pools())
    day_count, street_count, business_count = len(days), len(STREETS), len(BUSINESSES)
    skills, phrases = skill_lists(), PHRASES
    skill_count, phrase_count = len(skills), len(phrases)
    unpack = _DIGEST.unpack

    def facts(index: int) -> FactValues:
        state = world.copy()
        state.update(index.to_bytes(8, "big"))
        (
            name, surname, city, company, score, house, other, skill, group, priority, calls, word, birth, mailbox,
            wait, disposed, status, age, changed, pin, business, alternate, street, words,
        ) = unpack(state.digest())  # fmt: skip
        value, picked, least, span, outcomes, outcome_limits = statuses[bisect_right(status_limits, status)]
        call_count = least + calls % span
        outcome = outcomes[bisect_right(outcome_limits, disposed << 16)] if outcome_limits else outcomes[0]
        since = age % _YEAR * 1000 + words % 1000
        created = EPOCH - since
        updated = created if value == 1 else created + changed % (since + 1)
        first, first_slug = first_names[name % first_count]
        last, last_slug = last_names[surname % last_count]
        birthday, years = days[birth % day_count]
        skill_id, skill_list = skills[skill % skill_count]
        time_group = 10 + group % 90
        common = (
            index,
            f"{created // 1000:08x}{tail}{index:08x}",
            phone % ((index * step + start) % size),
            phone % (alternate % size) if other & 3 == 0 else "",
            first,
            last,
            first_slug,
            last_slug,
            mailbox % 100,
            DOMAINS[mailbox % 3],
            1 + house % 199,
            STREETS[street % street_count],
            cities[city % city_count],
            companies[company % company_count],
            birthday,
            300 + score % 601,
            BUSINESSES[business % business_count],
            value,
            outcome,
            picked,
            "true" if outcome == -1 else "false",
            call_count,
            call_count - 1 if call_count else 0,
            created,
            updated,
            updated + wait % 3 * DAY if call_count else updated,
            1 + priority % 30,
            skill_id if skill & 0x4000 else "null",
            time_group if group & 0x4000 else "null",
            skill_list if skill & 0x4000 else "null",
        )
        if not rare:
            return common
        return (
            *common,
            number_base + index,
            110_001 + pin % 740_000,
            years,
            skill_id,
            time_group,
            skill_list,
            phrases[word % phrase_count],
            phrases[words % phrase_count],
            phrases[(words >> 16) % phrase_count],
        )

    return facts


def client_of(seed: int, list_id: int) -> int:
    """Return the client who made a list and its leads."""
    return 1000 + Draw(f"client/{seed}/{list_id}".encode()).below(9000)


def phone_start(seed: int, list_id: int, series: Series) -> int:
    """Return where in ``series`` a list begins."""
    return Draw(f"phone/{seed}/{list_id}".encode()).below(series.size)


_Chosen: TypeAlias = tuple[int, int, int, int, tuple[int, ...], list[int]]
"""Dial status, lead_picked, least call_count, how many call_counts, the dispositions and their limits."""


def _statuses(
    dial_status: Mapping[int, float] | None,
    disposition: Mapping[int, float] | None,
    allowed: Callable[[str, int], bool],
) -> Iterator[tuple[_Chosen, float]]:
    usual = {status: model.weight for status, model in STATUSES.items()}
    for status, weight in _allowed("dial_status", dial_status or usual, allowed).items():
        model = STATUSES.get(status, OTHER)
        least, most = model.calls
        mix = _allowed("dialer_dial_status", disposition or model.dispositions, allowed)
        yield (status, model.picked, least, most - least + 1, *_weighted(mix.items())), weight


def _allowed(key: str, weights: Mapping[int, float], allowed: Callable[[str, int], bool]) -> Mapping[int, float]:
    possible = {value: weight for value, weight in weights.items() if weight}
    return {value: weight for value, weight in possible.items() if allowed(key, value)} or possible


def _weighted(options: Iterable[tuple[_T, float]]) -> tuple[tuple[_T, ...], list[int]]:
    """Return the options, and the 32-bit numbers at which one ends and the next begins."""
    values, weights = zip(*options, strict=True)
    shares = (weight / sum(weights) for weight in weights)
    return values, [int(limit * _I) for limit in accumulate(shares)][:-1]

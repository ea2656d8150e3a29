"""The facts of a lead: everything that differs between the leads of a list, from one digest.

Facts are numbers, or strings that JSON need not escape, so that a lead is a template that is filled once.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from hashlib import blake2b
from itertools import accumulate
from operator import itemgetter
from struct import Struct
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar

from smartflo_contract.factories._status_model import OTHER_STATUS, STATUSES
from smartflo_contract.factories.digest_draw import Draw
from smartflo_contract.factories.pools import (
    BUSINESSES,
    DOMAINS,
    EPOCH_MS,
    PHRASES,
    STREETS,
    age_of,
    birth_dates,
    pools,
    skill_lists,
)

Phones: TypeAlias = Literal["safe", "valid"]
_T = TypeVar("_T")

DAY_MS: Final = 24 * 60 * 60 * 1000
_DIGEST: Final = Struct("<16H8I")
"""Sixteen 16-bit numbers and eight 32-bit numbers."""
_Numbers: TypeAlias = tuple[int, ...]
_ID_TAIL: Final = 16
"""Position of the list number from which the ids of its leads follow."""
_BLOCKS: Final = 0x1FFFFF
"""Highest number of a block of 2**32 integer lead ids; the last id of that block is 2**53 - 1."""
_rare_numbers: Final = itemgetter(7, 8, 11, 12, 19, 23)
"""Returns the numbers of the skill, time group, first phrase, date of birth, pincode and other phrases of a lead."""
_YEAR_SECONDS: Final = 365 * 24 * 60 * 60
_NUMBERS_32_BIT: Final = 1 << 32
_NEW: Final = 1
"""Dial status of a lead that was never dialled."""
_UNDISPOSED: Final = -1


class Series(NamedTuple):
    """A series of phone numbers in an order that looks random.

    Number ``n`` of a list is ``prefix`` followed by the digits of ``(n * step + start) mod size``. Step and size have
    no common divisor, so the first ``size`` numbers of a list differ, and the leads with a number can be computed.

    Attributes:
        prefix: prefix of all numbers.
        digits: number of digits after the prefix.
        step: distance between consecutive numbers.
    """

    prefix: str
    digits: int
    step: int

    @property
    def size(self) -> int:
        """Number of phone numbers in the series."""
        return int(10**self.digits)


SERIES: Final[dict[Phones, Series]] = {
    "safe": Series("+915550", 6, 618_033),
    "valid": Series("+9198", 8, 61_803_399),
}
"""``safe``: look like Indian numbers but cannot be dialled, because those start with 6 to 9 (mobile) or an area code.
555 is neither. ``valid``: numbers that may belong to somebody."""


class Facts(NamedTuple):
    """The facts that a template may name in braces. Times are in epoch ms. Facts from ``lead_number`` on are rare."""

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


COMMON_FACTS: Final = Facts._fields.index("lead_number")
"""Number of facts before the rare ones."""

FactValues: TypeAlias = tuple[int | str, ...]


def fact_function(
    seed: int,
    list_id: int,
    *,
    phones: Phones = "safe",
    dial_status: Mapping[int, float] | None = None,
    disposition: Mapping[int, float] | None = None,
    is_allowed: Callable[[str, int], bool] | None = None,
    rare: bool = True,
) -> Callable[[int], FactValues]:
    """Return the function from a lead's index to its facts, in the order of :class:`Facts`.

    The facts are a plain tuple, because the function runs for every lead of a list of a million.

    Args:
        seed: seed of the list or the catalog.
        list_id: id of the list.
        phones: series of phone numbers.
        dial_status: dial status to weight; ``None`` for the default mix.
        disposition: disposition to weight; ``None`` for those that fit the dial status.
        is_allowed: whether a key may have a value; others are not drawn where there is a choice. ``None`` for any.
        rare: include the rare facts; without them, a lead takes a tenth less time.
    """
    numbers_of = _number_function(seed, list_id)
    if dial_status is None and disposition is None and is_allowed is None:
        statuses = _default_statuses()
    else:
        statuses = _weighted(_status_choices(dial_status, disposition, is_allowed or _allow_all))
    common_facts = _common_facts(seed, list_id, SERIES[phones], statuses)
    if not rare:
        return lambda index: common_facts(index, numbers_of(index))
    rare_facts = _rare_facts(seed, list_id)

    def facts(index: int) -> FactValues:
        numbers = numbers_of(index)
        return common_facts(index, numbers) + rare_facts(index, numbers)

    return facts


def _list_numbers(seed: int, list_id: int) -> _Numbers:
    """Return the numbers of a list as a whole."""
    return _DIGEST.unpack(_list_digest(seed, list_id).digest())


def lead_id_parts(seed: int, list_id: int) -> tuple[str, int]:
    """Return what all lead ids of a list share: eight hexadecimal digits, and the number of its block of 2**32 ids."""
    number = _list_numbers(seed, list_id)[_ID_TAIL]
    return f"{number:08x}", number & _BLOCKS


def _list_digest(seed: int, list_id: int) -> "blake2b":
    return blake2b(f"{seed}/{list_id}".encode(), digest_size=_DIGEST.size)


def _number_function(seed: int, list_id: int) -> Callable[[int], _Numbers]:
    """Return the function from a lead's index to its numbers."""
    list_digest, unpack = _list_digest(seed, list_id), _DIGEST.unpack

    def numbers(index: int) -> _Numbers:
        digest = list_digest.copy()
        digest.update(index.to_bytes(8, "big"))
        return unpack(digest.digest())

    return numbers


def _common_facts(
    seed: int, list_id: int, series: Series, statuses: tuple[tuple["_StatusChoice", ...], list[int]]
) -> Callable[[int, _Numbers], FactValues]:
    """Return the function from a lead's index and numbers to the facts before the rare ones."""
    id_tail, _ = lead_id_parts(seed, list_id)
    phone_format = f"{series.prefix}%0{series.digits}d"
    step, size, start = series.step, series.size, phone_start(seed, list_id, series)
    choices, status_limits = statuses
    first_names, last_names, cities, companies = pools()
    first_count, last_count, city_count, company_count = map(len, pools())
    dates, skills = birth_dates(), skill_lists()
    date_count, skill_count, street_count, business_count = len(dates), len(skills), len(STREETS), len(BUSINESSES)

    def facts(index: int, numbers: _Numbers) -> FactValues:
        (
            name, surname, city, company, score, house, other, skill, group, priority, calls, _, birth, mailbox,
            wait, outcome, status, age, changed, _, business, alternate, street, words,
        ) = numbers  # fmt: skip
        dial_status, picked, min_calls, span, dispositions, limits = choices[bisect_right(status_limits, status)]
        call_count = min_calls + calls % span
        disposition = dispositions[bisect_right(limits, outcome << 16)] if limits else dispositions[0]
        since_ms = age % _YEAR_SECONDS * 1000 + words % 1000
        created = EPOCH_MS - since_ms
        updated = created if dial_status == _NEW else created + changed % (since_ms + 1)
        first, first_slug = first_names[name % first_count]
        last, last_slug = last_names[surname % last_count]
        skill_id, skill_list = skills[skill % skill_count]
        return (
            index,
            f"{created // 1000:08x}{id_tail}{index:08x}",
            phone_format % ((index * step + start) % size),
            phone_format % (alternate % size) if other & 3 == 0 else "",
            first, last, first_slug, last_slug, mailbox % 100, DOMAINS[mailbox % 3],
            1 + house % 199, STREETS[street % street_count], cities[city % city_count],
            companies[company % company_count], dates[birth % date_count], 300 + score % 601,
            BUSINESSES[business % business_count],
            dial_status, disposition, picked, "true" if disposition == _UNDISPOSED else "false",
            call_count, call_count - 1 if call_count else 0,
            created, updated, updated + wait % 3 * DAY_MS if call_count else updated,
            1 + priority % 30,
            skill_id if skill & 0x4000 else "null",
            _time_group(group) if group & 0x4000 else "null",
            skill_list if skill & 0x4000 else "null",
        )  # fmt: skip

    return facts


def _rare_facts(seed: int, list_id: int) -> Callable[[int, _Numbers], FactValues]:
    """Return the function from a lead's index and numbers to the rare facts."""
    first_number = (lead_id_parts(seed, list_id)[1] << 32) + 1
    dates, skills = birth_dates(), skill_lists()
    date_count, skill_count, phrase_count = len(dates), len(skills), len(PHRASES)

    def facts(index: int, numbers: _Numbers) -> FactValues:
        skill, group, word, birth, pin, words = _rare_numbers(numbers)
        skill_id, skill_list = skills[skill % skill_count]
        return (
            first_number + index,
            110_001 + pin % 740_000,
            age_of(dates[birth % date_count]),
            skill_id,
            _time_group(group),
            skill_list,
            PHRASES[word % phrase_count],
            PHRASES[words % phrase_count],
            PHRASES[(words >> 16) % phrase_count],
        )

    return facts


def _time_group(number: int) -> int:
    return 10 + number % 90


def client_of(seed: int, list_id: int) -> int:
    """Return the id of the client that created a list and its leads."""
    return 1000 + Draw(f"client/{seed}/{list_id}".encode()).below(9000)


def phone_start(seed: int, list_id: int, series: Series) -> int:
    """Return the position in a series at which a list starts."""
    return Draw(f"phone/{seed}/{list_id}".encode()).below(series.size)


_StatusChoice: TypeAlias = tuple[int, int, int, int, tuple[int, ...], list[int]]
"""Dial status, ``lead_picked``, minimum ``call_count``, number of call counts, dispositions and their limits."""


def _status_choices(
    dial_status: Mapping[int, float] | None,
    disposition: Mapping[int, float] | None,
    is_allowed: Callable[[str, int], bool],
) -> Iterator[tuple[_StatusChoice, float]]:
    """Yield each dial status with its weight."""
    default = {status: model.weight for status, model in STATUSES.items()}
    for status, weight in _allowed_weights("dial_status", dial_status or default, is_allowed).items():
        model = STATUSES.get(status, OTHER_STATUS)
        min_calls, max_calls = model.calls
        mix = _allowed_weights("dialer_dial_status", disposition or model.dispositions, is_allowed)
        yield (status, model.picked, min_calls, max_calls - min_calls + 1, *_weighted(mix.items())), weight


def _allow_all(_key: str, _value: int) -> bool:
    return True


@cache
def _default_statuses() -> tuple[tuple[_StatusChoice, ...], list[int]]:
    """Return the statuses of a list without weights of its own, which nearly all lists share."""
    return _weighted(_status_choices(None, None, _allow_all))


def _allowed_weights(
    key: str, weights: Mapping[int, float], is_allowed: Callable[[str, int], bool]
) -> Mapping[int, float]:
    """Return the weights of allowed values; all weights if no value is allowed."""
    positive = {value: weight for value, weight in weights.items() if weight}
    return {value: weight for value, weight in positive.items() if is_allowed(key, value)} or positive


def _weighted(options: Iterable[tuple[_T, float]]) -> tuple[tuple[_T, ...], list[int]]:
    """Return the options, and the 32-bit numbers at which one option ends and the next starts."""
    values, weights = zip(*options, strict=True)
    shares = (weight / sum(weights) for weight in weights)
    return values, [int(limit * _NUMBERS_32_BIT) for limit in accumulate(shares)][:-1]

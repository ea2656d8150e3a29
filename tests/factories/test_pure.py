"""A lead is a pure function of seed, list and index."""

import hashlib
import inspect
import json
import os
import random
import subprocess
import sys
from typing import Any

import pytest

from smartflo_contract._version import __version__
from smartflo_contract.factories import LeadWriter, ListDefinition, lead, lead_list
from smartflo_contract.factories.list_definition import DEFAULT_COLUMNS
from smartflo_contract.schemas import load_contract
from smartflo_contract.schemas.profile_names import PROFILES

OVERLAY = {"properties": {"n": {"type": ["integer", "string"]}, "p": {"pattern": "^[a-f]{4}$"}}, "required": ["n"]}


def _digests() -> list[str]:
    """Return a digest of a list's bytes, and its recipe, under each profile."""
    writers = [
        LeadWriter(ListDefinition(8668, size=300), load_contract(profile, OVERLAY), seed=11) for profile in PROFILES
    ]
    return [f"{hashlib.sha256(b''.join(writer.chunks())).hexdigest()} {writer.recipe}" for writer in writers]


PROGRAM = f"""
import hashlib
from smartflo_contract.factories import LeadWriter, ListDefinition
from smartflo_contract.schemas import load_contract
PROFILES = {PROFILES!r}
OVERLAY = {OVERLAY!r}
{inspect.getsource(_digests)}
print(*_digests(), sep="\\n")
"""


RECORDED_DIGESTS = {
    "sample": "1f38df3ecdb40590f66b78a98a5889fee286036eb3310ad580a309f4590cad00",
    "documented": "1996730e1f9ea0b4f2406f2fe07aac8ba89cbe34a10db279834352cbc5992c22",
    "lenient": "81be31afa1f7de41201f34c6572c30713e8a98a4e5abba517804edad03ea7086",
}
"""SHA-256 of a list whose columns have every kind of value."""


def _writer(profile: str = "sample", *, seed: int = 0, **values: Any) -> LeadWriter:
    return LeadWriter(ListDefinition(8668, **values), load_contract(profile), seed=seed)


def _body(writer: LeadWriter) -> bytes:
    return b"".join(writer.chunks())


def test_generates_the_same_bytes_in_another_process() -> None:
    """The bytes depend on no hash seed, time zone or locale."""
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "America/St_Johns", "LC_ALL": "C"}
    output = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, check=True, capture_output=True).stdout

    assert output.decode().splitlines() == _digests()


def test_generates_recorded_bytes(profile: str) -> None:
    """The leads of a version of this package are the same, whatever versions of other packages are installed."""
    columns = (*DEFAULT_COLUMNS, "City", "First Name", "Last Name", "Age", "Pincode", "Remarks")
    body = _body(_writer(profile, size=500, columns=columns))

    assert RECORDED_DIGESTS[profile] == hashlib.sha256(body).hexdigest()


def test_order_of_calls_does_not_matter(profile: str) -> None:
    """Leads in reverse order, or repeated, are the same."""
    forth = [lead(1, 8668, index, profile=profile) for index in range(50)]
    back = [lead(1, 8668, index, profile=profile) for index in reversed(range(50))]

    assert forth == back[::-1]


def test_other_lists_do_not_matter(profile: str) -> None:
    """Leads of other lists in between change nothing."""
    expected = lead(1, 8668, 7, profile=profile)
    lead_list(2, 9, 20, profile=profile)

    assert expected == lead(1, 8668, 7, profile=profile)


def test_does_not_use_global_random_state() -> None:
    """Generation neither reads nor changes the state of the random module."""
    random.seed(5)
    expected = random.random()  # noqa: S311  # not a secret
    random.seed(5)
    first = lead_list(3, 77, 20)
    drawn = random.random()  # noqa: S311  # not a secret

    assert (drawn, lead_list(3, 77, 20)) == (expected, first)


def test_lead_equals_that_of_the_body(profile: str) -> None:
    """lead(i) is item i of the body."""
    writer = _writer(profile, size=200)

    assert json.loads(_body(writer)) == [writer.lead(index) for index in range(200)]


def test_lead_list_equals_that_of_the_writer(profile: str) -> None:
    """lead, lead_list and a writer of the same list agree."""
    writer = _writer(profile, seed=4)
    expected = [writer.lead(index) for index in range(10)]

    assert expected == lead_list(4, 8668, 10, profile=profile) == [lead(4, 8668, i, profile=profile) for i in range(10)]


def test_body_is_compact_json() -> None:
    """The body is UTF-8 without spaces between tokens."""
    writer = _writer(size=3, name="हिन्दी")
    decoded = json.loads(_body(writer))

    assert json.dumps(decoded, ensure_ascii=False, separators=(",", ":")).encode() == _body(writer)


def test_lines_are_the_leads_of_the_body() -> None:
    """Each line is one lead."""
    writer = _writer(size=70)

    assert [json.loads(line) for line in writer.lines()] == json.loads(_body(writer))


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 128, 129])
def test_chunks_form_one_array(size: int) -> None:
    """All sizes result in one JSON array."""
    assert len(json.loads(_body(_writer(size=size)))) == size


def test_chunks_are_small() -> None:
    """A chunk contains few leads."""
    pieces = list(_writer(size=1280).chunks())

    assert (len(pieces) > 9, max(map(len, pieces)) < 200_000) == (True, True)


@pytest.mark.parametrize("indexes", [[], [0], [24, 3, 3], list(range(70)), [10**6]])
def test_chunks_contain_selected_leads(indexes: list[int]) -> None:
    """A body may contain any leads in any order, even beyond the size of the list."""
    writer = _writer(size=25)

    assert json.loads(b"".join(writer.chunks(indexes))) == [writer.lead(index) for index in indexes]


def test_far_lead_is_as_good_as_a_near_one(profile: str) -> None:
    """Lead 999,999 needs no lead before it, and is valid."""
    assert load_contract(profile).check([lead(1, 8668, 999_999, profile=profile)]) == ()


@pytest.mark.parametrize("change", [{"seed": 2}, {"list_id": 9}, {"index": 1}])
def test_each_argument_matters(change: dict[str, int]) -> None:
    """Another seed, list or index is another lead."""
    arguments: dict[str, Any] = {"seed": 1, "list_id": 8668, "index": 0}

    assert lead(**arguments)["field_1"] != lead(**arguments | change)["field_1"]


@pytest.mark.parametrize("seed", [0, -1, -(2**63), 2**63 - 2])
def test_any_integer_is_a_seed(seed: int) -> None:
    """Every integer of 64 bits is a seed of its own."""
    assert lead(seed, 8668, 0) != lead(seed + 1, 8668, 0)


def test_seed_of_a_list_goes_first() -> None:
    """A list with a seed does not depend on the seed of its catalog."""
    leads = [LeadWriter(ListDefinition(8668, seed=5), load_contract(), seed=seed).lead(0) for seed in (1, 2)]

    assert leads[0] == leads[1]


@pytest.mark.parametrize(
    "other",
    [
        LeadWriter(ListDefinition(8669), load_contract()),
        LeadWriter(ListDefinition(8668, name="Other"), load_contract()),
        LeadWriter(ListDefinition(8668, size=26), load_contract()),
        LeadWriter(ListDefinition(8668, columns=("Name",)), load_contract()),
        LeadWriter(ListDefinition(8668, sensitive=(1,)), load_contract()),
        LeadWriter(ListDefinition(8668, dial_status={1: 1}), load_contract()),
        LeadWriter(ListDefinition(8668, disposition={0: 1}), load_contract()),
        LeadWriter(ListDefinition(8668), load_contract(), seed=1),
        LeadWriter(ListDefinition(8668), load_contract(), phones="valid"),
        LeadWriter(ListDefinition(8668), load_contract("documented")),
        LeadWriter(ListDefinition(8668), load_contract("sample", {"properties": {"priority": {"maximum": 5}}})),
    ],
)
def test_recipe_differs_between_lists(other: LeadWriter) -> None:
    """The recipe contains everything that the bytes depend on."""
    assert _writer().recipe != other.recipe


def test_recipe_is_equal_for_equal_lists() -> None:
    """Equal lists have equal recipes."""
    overlay = {"properties": {"priority": {"maximum": 5}}}
    recipes = {LeadWriter(ListDefinition(8668), load_contract("sample", overlay)).recipe for _ in range(2)}

    assert len(recipes) == 1


def test_recipe_contains_version() -> None:
    """The recipe contains the version of this package, which contains the pools of words."""
    assert json.loads(_writer().recipe)["version"] == __version__


def test_recipe_depends_on_order() -> None:
    """The bytes depend on the order of an overlay's keys and of weights, so the recipe does too."""
    added = {key: {"type": "string"} for key in ("x", "y")}
    contracts = [
        load_contract("sample", {"properties": dict(order)}) for order in (added.items(), [*added.items()][::-1])
    ]
    weights = [ListDefinition(1, dial_status=dict(order)) for order in ([(1, 1), (2, 1)], [(2, 1), (1, 1)])]
    recipes = [LeadWriter(ListDefinition(1), contract).recipe for contract in contracts]
    recipes += [LeadWriter(definition, load_contract()).recipe for definition in weights]

    assert len(set(recipes)) == 4


def test_spreads_creation_over_a_year() -> None:
    """Creation times are in the year before the vendor's sample."""
    times = sorted(int(one["created_at"]["$date"]["$numberLong"]) for one in lead_list(1, 8668, 500))

    assert 350 < (times[-1] - times[0]) / 86_400_000 < 366

"""How calls by click-to-call go, and which agents and numbers an account has."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartflo_contract.mock_server.calls.agents import agents, find_agent, own_numbers
from smartflo_contract.mock_server.calls.click_to_call import ClickToCall, course_of, new_ref_id, record_of

SEEDS = st.integers(0, 2**64)
CALLS = st.builds(
    ClickToCall,
    ref_id=st.uuids().map(str),
    call_id=st.just("1.000001"),
    service=st.sampled_from(["click_to_call", "click_to_call_support"]),
    phone=st.just("+915550000042"),
    agent=st.sampled_from(["50201", "x"]),
    caller_id=st.just("+915550000043"),
    custom_identifier=st.text(max_size=3),
    started_ms=st.integers(-(10**12), 10**13),
    dialled_ms=st.integers(0, 10**13),
    max_ring_seconds=st.integers(10, 30),
    max_talk_seconds=st.integers(0, 400),
    hung_up_ms=st.none() | st.integers(0, 400_000),
)


@given(seed=SEEDS, call=CALLS)
def test_course_is_consistent(seed: int, call: ClickToCall) -> None:
    """A call is answered within its ring time, ends after that and within its limits, and is the same each time."""
    course, record = course_of(seed, call), record_of(seed, call, call.started_ms)
    rings_ms = course.ended_ms if course.answered_ms is None else course.answered_ms

    assert course == course_of(seed, call)
    assert 0 <= rings_ms <= course.ended_ms
    assert rings_ms <= call.max_ring_seconds * 1_000
    if call.max_talk_seconds:
        assert course.ended_ms - rings_ms <= call.max_talk_seconds * 1_000
    if call.hung_up_ms is not None:
        assert course.ended_ms <= call.hung_up_ms or course == course_of(seed, call._replace(hung_up_ms=None))
    assert (course.answered_ms is None) == (record.status == "missed") == (record.hangup_cause != "NORMAL_CLEARING")
    assert (record.start_ms + course.ended_ms, call.ref_id) == (record.end_ms, record.ref_id)


@given(seed=SEEDS, serials=st.sets(st.integers(1, 2**31), max_size=20))
def test_calls_of_an_account_have_different_ids(seed: int, serials: set[int]) -> None:
    """Each serial has a ref_id of its own."""
    assert len(serials) == len({new_ref_id(seed, serial) for serial in serials})


@given(seed=SEEDS)
def test_numbers_cannot_ring(seed: int) -> None:
    """The numbers of agents and of the account differ, and are possible but not valid."""
    numbers = [agent.number for agent in agents(seed)] + [own.number for own in own_numbers(seed)]
    parsed = [phonenumbers.parse(number) for number in numbers]

    assert len(numbers) == len(set(numbers))
    assert all(map(phonenumbers.is_possible_number, parsed))
    assert not any(map(phonenumbers.is_valid_number, parsed))


@given(seed=SEEDS)
def test_finds_each_agent_by_each_name(seed: int) -> None:
    """An agent is found by id, extension, intercom, and phone number in any spelling."""
    for agent in agents(seed):
        names = (str(agent.id), agent.extension, agent.intercom, agent.number, agent.number[1:], agent.number[3:])
        assert {agent} == {find_agent(seed, name) for name in names}


@pytest.mark.parametrize("name", ["", "0", "1005", "agent", "+915550"])
def test_finds_no_agent_by_another_name(name: str) -> None:
    """Other names are those of no agent."""
    assert find_agent(0, name) is None

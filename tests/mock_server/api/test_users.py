"""The users, agents and numbers of an account."""

import re

import pytest

from .conftest import Account, account_of


def test_agents_are_those_of_users(api: Account) -> None:
    """All routes have the same agents; their numbers cannot ring, and are not those of the account."""
    users = api("GET", "/v1/users").get_json()["data"]
    agents = api("GET", "/v1/agents").get_json()
    numbers = api("GET", "/v1/my_number").get_json()
    single = [api("GET", f"/v1/user/{user['id']}").get_json()["data"] for user in users]
    phones = [agent["follow_me_number"] for agent in agents] + [number["did"] for number in numbers]

    assert agents == [user["agent"] for user in users] == api("GET", "/v2/agents").get_json()["data"]
    assert [(user["id"], user["name"], user["agent"]["id"]) for user in users] == [
        (user["id"], user["name"], user["agent"]["id"]) for user in single
    ]
    assert single[0] == api("GET", "/v1/user").get_json()["data"]
    assert all(re.fullmatch(r"\+915550[0-9]{6}", phone) for phone in phones)
    assert len(phones) == len(set(phones))
    assert [number["did"] for number in numbers] == [f"+{number['alias']}" for number in numbers]


def test_agents_follow_from_the_seed() -> None:
    """All accounts of a fake have the same agents; a fake with another seed has others."""
    first, second, other = (account_of(seed=seed)("GET", "/v1/agents").get_json() for seed in (0, 0, 1))

    assert first == second != other


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_of_users_are_complete_and_disjoint(limit: int, api: Account) -> None:
    """last_seen_id continues after a user, and is null in an empty page."""
    ids: list[int] = []
    last_seen_id = 0
    while True:
        page = api("GET", f"/v1/users?limit={limit}&last_seen_id={last_seen_id}").get_json()
        if not page["data"]:
            break
        ids += [user["id"] for user in page["data"]]
        last_seen_id = page["last_seen_id"]

    assert page["last_seen_id"] is None
    assert ids == [user["id"] for user in api("GET", "/v1/users").get_json()["data"]]


@pytest.mark.parametrize(
    ("query", "count"),
    [("user_status=true&is_web_login=1", 4), ("user_status=FALSE", 0), ("is_login_based_calling=1", 0)],
)
def test_filters_users(query: str, count: int, api: Account) -> None:
    """Every user is active, with an extension and a web login, without the other features."""
    assert count == len(api("GET", f"/v1/users?{query}").get_json()["data"])


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "last_seen_id=x", "user_status=maybe", "is_web_login="])
def test_rejects_invalid_parameter(query: str, api: Account) -> None:
    """An invalid parameter is 422 and named."""
    response = api("GET", f"/v1/users?{query}")

    assert (422, [query.partition("=")[0]]) == (response.status_code, list(response.get_json()))


@pytest.mark.parametrize("user_id", ["1", "50201", "x", "03736"])
def test_unknown_user_is_not_found(user_id: str, api: Account) -> None:
    """The id of an agent is not that of a user."""
    response = api("GET", f"/v1/user/{user_id}")

    assert (404, "User not found.") == (response.status_code, response.get_json()["message"])

"""Lead lists: read, create, rename and delete."""

from .conftest import LEAD, LEADS, LIST, LISTS, NUMBER, Account, account_of


def test_creates_renames_and_deletes_list(api: Account) -> None:
    """A new list is listed, has its columns in header, can be renamed, and is deleted with its leads."""
    list_id = api.new_list(description="x", field=["Mobile", "City"])
    api.succeed("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER, "field_1": "Pune"})

    assert {"id": list_id, "name": "March"} in api("GET", LISTS).get_json()
    assert '["Mobile","City"]' == api.leads(list_id)[0]["header"]
    api.succeed("PUT", f"{LIST}/{list_id}", {"name": "April", "skill_list-id": "4"})
    assert {"id": list_id, "name": "April"} in api("GET", LISTS).get_json()
    assert "April" == api.leads(list_id)[0]["list_name"]
    api.succeed("DELETE", f"{LIST}/{list_id}")
    assert list_id not in api.list_ids()
    assert api("GET", f"{LEADS}/{list_id}").status_code == 404
    assert api("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER}).status_code == 404
    assert list_id != api.new_list()


def test_configured_lists_are_listed_and_magic_lists_are_not(api: Account) -> None:
    """A configured list can be deleted; a magic list is not listed even after a write."""
    first = api("GET", LISTS)
    api.succeed("DELETE", f"{LIST}/8669")
    api.succeed("POST", f"{LEAD}/910000003", {"field_0": NUMBER})

    assert "assumed" == first.headers["X-Smartflo-Fake-Evidence"]
    assert [8668, 8669, 8670, 8671] == [entry["id"] for entry in first.get_json()]
    assert [8668, 8670, 8671] == api.list_ids()
    assert 4 == len(api.leads(910_000_003))


def test_changes_description_without_name(api: Account) -> None:
    """The name is optional in a change."""
    api.succeed("PUT", f"{LIST}/8669", {"description": "x"})

    assert {"id": 8669, "name": "Callbacks"} in api("GET", LISTS).get_json()


def test_quirk_makes_ids_strings() -> None:
    """The quirk lists_id changes the type of the ids."""
    assert "8668" == account_of(quirks={"lists_id": "text"})("GET", LISTS).get_json()[0]["id"]

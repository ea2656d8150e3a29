"""Lead lists: read, create, rename and delete."""

from .conftest import LEAD, LEADS, LIST, LISTS, NUMBER, Account, account_of


def test_creates_renames_and_deletes_list(api: Account) -> None:
    """A new list is listed, has its columns in header, can be renamed, and is deleted with its leads."""
    list_id = api.new_list(description="x", field=["Mobile", "City"])
    api.succeed("POST", f"{LEAD}/{list_id}", {"field_0": NUMBER, "field_1": "Pune"})

    columns = {"description": "x", "field_map": ["Mobile", "City"]}
    assert {"id": list_id, "name": "March"} | columns in api("GET", LISTS).get_json()
    assert '["Mobile","City"]' == api.leads(list_id)[0]["header"]
    api.succeed("PUT", f"{LIST}/{list_id}", {"name": "April", "skill_list-id": "4"})
    assert {"id": list_id, "name": "April"} | columns in api("GET", LISTS).get_json()
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

    (entry,) = (entry for entry in api("GET", LISTS).get_json() if entry["id"] == 8669)

    assert ("Callbacks", "x") == (entry["name"], entry["description"])


def test_quirk_makes_ids_strings() -> None:
    """The quirk lists_id changes the type of the ids."""
    assert "8668" == account_of(quirks={"lists_id": "text"})("GET", LISTS).get_json()[0]["id"]


def test_new_list_is_returned_as_it_is_listed(api: Account) -> None:
    """The response to a new list has the keys of the list of lists."""
    created = api("POST", LIST, {"name": "March", "description": "x", "field": ["Mobile"]}).get_json()
    (listed,) = (entry for entry in api("GET", LISTS).get_json() if entry["id"] == created["list_id"])

    assert {"success": True, "message": "List created successfully.", "list_id": listed["id"]} | listed == created


def test_every_list_has_description_and_columns(api: Account) -> None:
    """Clients read a string and an array of every list, also of one without a description."""
    api.new_list()

    for entry in api("GET", LISTS).get_json():
        assert isinstance(entry["description"], str)
        assert entry["field_map"]
        assert all(isinstance(name, str) for name in entry["field_map"])

"""The lists that a fake starts with: default lists, and those of the configuration."""

from typing import Final

from smartflo_contract.factories import ListDefinition
from smartflo_contract.mock_server.config.config import Config

_VENDORS: Final = ListDefinition(id=8668, sensitive=(5, 6, 7))
"""The list of the vendor's sample response."""
_DEFAULT_LISTS: Final = (
    _VENDORS,
    ListDefinition(id=8669, name="Callbacks", size=5, columns=("Phone Number", "Name", "City")),
    ListDefinition(
        id=8670,
        name="Wide list",
        size=100,
        columns=(*_VENDORS.columns, *(f"Custom {number}" for number in range(1, 32))),
    ),
    ListDefinition(
        id=8671,
        name="Loan campaign",
        size=1_000,
        columns=(
            "Mobile",
            "First Name",
            "Last Name",
            "Email",
            "City",
            "Pincode",
            "Date of Birth",
            "Credit Score",
            "Employer",
            "Business Type",
            "Loan Amount",
            "Remarks",
        ),
    ),
)


def configured_lists(config: Config) -> tuple[ListDefinition, ...]:
    """Return the lists of a fake, sorted by id. A list of the configuration replaces a default list with its id."""
    by_id = {definition.id: definition for definition in (*_DEFAULT_LISTS, *config.lists)}
    return tuple(by_id[list_id] for list_id in sorted(by_id))

"""The catalog that a fake begins with: which lists there are, and what an id in a path stands for."""

from functools import lru_cache
from typing import Final, NamedTuple

from smartflo_contract.factories import EdgeCase, LeadWriter, ListDefinition
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.http.error_responses import ErrorResponse
from smartflo_contract.mock_server.http.evidence import weakest_evidence
from smartflo_contract.mock_server.http.list_ids import is_list_id
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.lists.fixed_leads import FixedLeads
from smartflo_contract.mock_server.lists.lead_list import LeadList
from smartflo_contract.mock_server.lists.magic_ids import resolve_magic_id
from smartflo_contract.schemas import Contract

_KEPT: Final = 256
"""Lists whose writer stays ready; the magic ids are millions."""

_VENDORS: Final = ListDefinition(id=8668, sensitive=(5, 6, 7))
_DEFAULT: Final = (
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
    """Return the lists of the default catalog and of the configuration, by id; the latter replace."""
    by_id = {one.id: one for one in (*_DEFAULT, *config.lists)}
    return tuple(by_id[id_] for id_ in sorted(by_id))


class CatalogKey(NamedTuple):
    """What tells the catalogs of one fake apart.

    Attributes:
        profile: of the contract.
        created_at: value of the quirk.
        header_offset: value of the quirk.
    """

    profile: str
    created_at: str
    header_offset: str


class Catalog:
    """What the ids of lists stand for.

    Attributes:
        key: tells it apart from the others of its fake.
        contract: what leads are like.
        lists: the lists that there are at first, by id; magic ids are not among them.
        find: the function from the id in a path to its list, its error, or ``None``.
    """

    def __init__(self, config: Config, contract: Contract, key: CatalogKey) -> None:
        """Know the lists; make no lead."""
        self._config = config
        self.key = key
        self.contract = contract
        self.lists = {one.id: one for one in configured_lists(config)}
        # An overlay is the user's claim, lenient mixes both readings, and that columns are shifted is deduced from one
        # sample: none of them is as the vendor shows it.
        known = contract.overlay is None and contract.profile != "lenient" and key.header_offset == "positional"
        self._evidence = contract.profile if known else "assumed"
        self._read: dict[int, None] = {}
        self._begun: dict[int, EditedList] = {}
        self.find = lru_cache(_KEPT)(self._find)

    def _find(self, text: str) -> LeadList | ErrorResponse | None:
        list_id = int(text) if is_list_id(text) else 0
        found = self.lists.get(list_id) or resolve_magic_id(list_id)
        if isinstance(found, ListDefinition):
            self._read = {**dict([*self._read.items()][-_KEPT:]), list_id: None}
        if isinstance(found, EdgeCase):
            return LeadList(FixedLeads(found.leads), weakest_evidence(found.evidence))
        if not isinstance(found, ListDefinition):
            return found
        if isinstance(found, FixtureList):
            return self.edited_list(found).lead_list(found.digest)
        return LeadList(self.writer(found), self._evidence if found.size else "assumed")

    def known_ids(self) -> list[int]:
        """Return the ids of the lists that there are at first, and of the magic ones that were read lately."""
        return list(self.lists | self._read)

    def check_overlay(self) -> None:
        """Make a lead of each list where an overlay could forbid it, so that this fails here and not in an answer.

        Raises:
            GenerationError: no value is found for a key of the overlay.
        """
        if self.contract.overlay is not None:
            for one in self.lists.values():
                self.edited_list(one).writer.lead(0)

    def edited_list(self, definition: ListDefinition) -> EditedList:
        """Return one of the lists that there are at first, for an account to change."""
        if not isinstance(definition, FixtureList):
            return EditedList(self.writer(definition))
        if definition.id not in self._begun:
            self._begun[definition.id] = EditedList.from_leads(
                self.writer(definition.added_definition), definition.leads
            )
        return self._begun[definition.id].copy()

    def writer(self, definition: ListDefinition) -> LeadWriter:
        """Return what makes the leads of a list in this catalog."""
        return LeadWriter(
            definition,
            self.contract,
            seed=self._config.seed,
            phones=self._config.phones,
            created_early=self.key.created_at == "twelve_hours_early",
            shifted=self.key.header_offset == "shifted",
        )

"""The catalog of a fake: the initial lists, and what each list id in a path stands for."""

from functools import cached_property, lru_cache
from threading import Lock
from typing import Final, NamedTuple

from smartflo_contract.factories import EdgeCase, LeadWriter, ListDefinition
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.config.dialling_model import DiallingModel, load_model
from smartflo_contract.mock_server.config.fixture_list import FixtureList
from smartflo_contract.mock_server.http.error_responses import ErrorResponse
from smartflo_contract.mock_server.http.evidence import weakest_evidence
from smartflo_contract.mock_server.http.list_ids import parse_list_id
from smartflo_contract.mock_server.lists.configured_lists import configured_lists
from smartflo_contract.mock_server.lists.edited_list import EditedList
from smartflo_contract.mock_server.lists.fixed_leads import FixedLeads
from smartflo_contract.mock_server.lists.lead_index import LeadIndex
from smartflo_contract.mock_server.lists.lead_list import LeadList
from smartflo_contract.mock_server.lists.magic_ids import resolve_magic_id
from smartflo_contract.schemas import Contract

_MAX_CACHED_LISTS: Final = 256
"""Maximum number of lists with a cached writer. There are millions of magic ids."""


class CatalogKey(NamedTuple):
    """The settings in which the catalogs of one fake differ.

    Attributes:
        profile: profile of the contract.
        created_at: value of the quirk ``created_at``.
        header_offset: value of the quirk ``header_offset``.
    """

    profile: str
    created_at: str
    header_offset: str


class Catalog:
    """The lists of a fake under one :class:`CatalogKey`.

    Attributes:
        key: the settings of this catalog.
        contract: the contract of its leads.
        lists: the initial lists by id, without magic ids.
        find: returns the list or the error response of the list id in a path, ``None`` for an unknown id.
    """

    def __init__(self, config: Config, contract: Contract, key: CatalogKey) -> None:
        """Collect the lists without generating a lead."""
        self._config = config
        self.key = key
        self.contract = contract
        self.lists = {definition.id: definition for definition in configured_lists(config)}
        # Leads are as the vendor shows them unless they follow an overlay, which is the user's claim, the profile
        # lenient, which mixes two readings, or shifted columns, which are deduced from one sample.
        is_vendors = contract.overlay is None and contract.profile != "lenient" and key.header_offset == "positional"
        self._evidence = contract.profile if is_vendors else "assumed"
        self._recent: dict[int, ListDefinition] = {}
        self._remembering = Lock()
        self._fixture_lists: dict[int, EditedList] = {}
        self.find = lru_cache(_MAX_CACHED_LISTS)(self._find)

    @property
    def seed(self) -> int:
        """Seed of the fake."""
        return self._config.seed

    @cached_property
    def dialling(self) -> DiallingModel:
        """The dialling model."""
        return load_model(self._config.dialling)

    def renew_locks(self) -> None:
        """Replace the lock, which another thread may have held when this process was forked."""
        self._remembering = Lock()

    def _find(self, segment: str) -> LeadList | ErrorResponse | None:
        list_id = parse_list_id(segment) or 0
        entry = self.lists.get(list_id) or resolve_magic_id(list_id)
        if isinstance(entry, ListDefinition) and list_id not in self.lists:
            self._remember(entry)
        if isinstance(entry, EdgeCase):
            return LeadList(FixedLeads(entry.leads), weakest_evidence(entry.evidence))
        if not isinstance(entry, ListDefinition):
            return entry
        if isinstance(entry, FixtureList):
            return self.edited_list(entry).lead_list(entry.digest)
        return LeadList(self.writer(entry), self._evidence if entry.size else "assumed")

    @cached_property
    def lead_index(self) -> LeadIndex:
        """Which lists may contain a lead: the initial lists, and the magic lists that were read recently."""
        index = LeadIndex()
        for definition in self.lists.values():
            self.edited_list(definition).enter(index)
        return index

    def _remember(self, definition: ListDefinition) -> None:
        """Add a magic list to the index of leads, and remove the oldest beyond a maximum."""
        with self._remembering:
            if definition.id not in self._recent:
                self.lead_index.add_generated(self.writer(definition))
            self._recent[definition.id] = definition
            while len(self._recent) > _MAX_CACHED_LISTS:
                self.lead_index.discard_generated(self.writer(self._recent.pop(next(iter(self._recent)))))

    def check_overlay(self) -> None:
        """Generate a lead of each list if there is an overlay, so that an overlay that forbids all leads fails early.

        Raises:
            GenerationError: the overlay allows no value for a key.
        """
        if self.contract.overlay is not None:
            for definition in self.lists.values():
                self.edited_list(definition).writer.lead(0)

    def edited_list(self, definition: ListDefinition) -> EditedList:
        """Return an initial list without edits, for an account to edit."""
        if not isinstance(definition, FixtureList):
            return EditedList(self.writer(definition))
        if definition.id not in self._fixture_lists:
            writer = self.writer(definition.added_definition)
            edited = self._fixture_lists[definition.id] = EditedList.from_leads(writer, definition.leads)
            edited.is_fixture = True
        return self._fixture_lists[definition.id].copy()

    def writer(self, definition: ListDefinition) -> LeadWriter:
        """Return the writer that generates the leads of a list in this catalog."""
        return LeadWriter(
            definition,
            self.contract,
            seed=self._config.seed,
            phones=self._config.phones,
            created_early=self.key.created_at == "twelve_hours_early",
            shifted=self.key.header_offset == "shifted",
        )

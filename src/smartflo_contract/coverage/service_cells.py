"""The cells of the fake as a service: statuses, faults, values of quirks, profiles. They come from its tables."""

from collections.abc import Iterable
from functools import cache
from typing import Final

from smartflo_contract.cells.cell import ASSUMED, Cell, CellIndex, Mask
from smartflo_contract.mock_server.config.quirks import QUIRKS
from smartflo_contract.mock_server.faults.injectors import INJECTORS
from smartflo_contract.mock_server.http.error_responses import ERROR_RESPONSES
from smartflo_contract.schemas.profile_names import PROFILES

_OTHER_STATUSES: Final = {4: ("status:4xx", "another client error"), 5: ("status:5xx", "another server error")}
"""The cells of error statuses without one of their own, by their first digit."""
_SUCCESS: Final = {200: ("a success", "documented"), 304: ("the client has the body already", ASSUMED)}
_PROFILE_EVIDENCE: Final = {"sample": "sample", "documented": "documented"}


class ServiceCells:
    """The cells that do not depend on the contract of the leads.

    Attributes:
        cells: the cells in order, grouped by part of the response.
    """

    def __init__(self) -> None:
        """Collect the cells."""
        index = CellIndex()
        self._statuses = {
            status: index.add(Cell(f"status:{status}", "status", description, evidence))
            for status, (description, evidence) in _SUCCESS.items()
        }
        for status, response in sorted(ERROR_RESPONSES.items()):
            cell = Cell(f"status:{status}", "status", f"an error with status {status}", response.evidence)
            self._statuses[status] = index.add(cell)
        self._other_statuses = {
            digit: index.add(Cell(cell_id, "status", description, ASSUMED))
            for digit, (cell_id, description) in _OTHER_STATUSES.items()
        }
        self._faults = {
            name: index.add(Cell(f"fault:{name}", "fault", injector.description, injector.evidence))
            for name, injector in INJECTORS.items()
        }
        self._quirks = {
            (quirk.name, value): index.add(
                Cell(f"quirk:{quirk.name}={value}", "quirk", quirk.description, ", ".join(sorted(quirk.evidence)))
            )
            for quirk in QUIRKS.values()
            for value in quirk.values
            if quirk.in_responses
        }
        self._profiles = {
            profile: index.add(
                Cell(
                    f"profile:{profile}",
                    "profile",
                    f"leads in the profile {profile}",
                    _PROFILE_EVIDENCE.get(profile, ASSUMED),
                )
            )
            for profile in PROFILES
        }
        self.cells = index.cells

    def status_mask(self, status: int) -> Mask:
        """Return the cell of a status; none for a success other than 200 and 304."""
        return self._statuses.get(status) or self._other_statuses.get(status // 100, 0)

    def fault_mask(self, name: str | None) -> Mask:
        """Return the cell of a fault; none for an error status, which has a cell of its own."""
        return 0 if name is None else self._faults.get(name, 0)

    def quirks_mask(self, values: Iterable[tuple[str, str]]) -> Mask:
        """Return the cells of quirks and their values."""
        result = 0
        for value in values:
            result |= self._quirks.get(value, 0)
        return result

    def profile_mask(self, profile: str) -> Mask:
        """Return the cell of a profile."""
        return self._profiles[profile]


@cache
def service_cells() -> ServiceCells:
    """Return the cells of the fake as a service."""
    return ServiceCells()

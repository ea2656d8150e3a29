"""Lists whose leads come from a file, such as ``smartflo-contract record`` writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from os import PathLike
from pathlib import Path
from typing import Any, Final

import orjson

from smartflo_contract.factories import DefinitionError, ListDefinition
from smartflo_contract.factories.setting_checks import LARGEST, Check, columns, integer, text
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.schemas.lead_format import column_names

_MOST_BYTES: Final = 256 * 1024 * 1024
_is_id: Final = integer(1, LARGEST)
_TOLD: Final[Mapping[str, Check]] = {"id": _is_id, "name": text, "columns": columns}
"""What a lead says of its list, and which of that a list can be."""


@dataclass(frozen=True)
class FixtureList(ListDefinition):
    """A lead list whose leads are given, and served as they are: whatever profile, overlay, seed and phones there are.

    Name, columns, seed and statuses are those of the leads that clients add.

    Attributes:
        size: number of leads.
        leads: decoded JSON, one lead at least; not shown.
        digest: tells the leads from others.

    Raises:
        DefinitionError: a value is not possible; the message names it.
    """

    size: int = field(default=0, init=False)
    leads: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    digest: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        """Count the leads, and refuse what is no list of leads."""
        if not (
            self.leads and isinstance(self.leads, list | tuple) and all(isinstance(one, dict) for one in self.leads)
        ):
            message = "leads: expected an array of leads, one at least, each a JSON object"
            raise DefinitionError(message)
        try:
            written = orjson.dumps(self.leads)
        except (TypeError, ValueError) as error:
            message = f"leads: JSON cannot say them: {error}"
            raise DefinitionError(message) from None
        digest = blake2b(written, digest_size=16).hexdigest()
        for name, value in {"leads": tuple(self.leads), "size": len(self.leads), "digest": digest}.items():
            object.__setattr__(self, name, value)
        super().__post_init__()

    @classmethod
    def from_leads(cls, leads: Any, **settings: Any) -> "FixtureList":
        """Return a list of some leads; id, name and columns that are not given are those of the first lead.

        Args:
            leads: decoded JSON.
            settings: those of a list.

        Raises:
            DefinitionError: it cannot be, or has no id.
        """
        first = leads[0] if isinstance(leads, list) and leads and isinstance(leads[0], dict) else {}
        settings = {**_told(first), **settings}
        made = cls(**{"id": 1, **settings, "leads": leads})
        if "id" not in settings:
            message = f"id: missing; give one, as the first lead has no list_id that is {_is_id(None)}"
            raise DefinitionError(message)
        return made

    @classmethod
    def from_file(cls, path: str | PathLike[str], **settings: Any) -> "FixtureList":
        """Return the list in a file: a JSON array of leads.

        Args:
            path: the file, of at most 256 MiB.
            settings: those of a list; id, name and columns that are not given are those of the first lead.

        Raises:
            ConfigError: the file cannot be read, or holds no leads, or they cannot be a list.
        """
        try:
            return cls.from_leads(_decoded(Path(path)), **settings)
        except DefinitionError as error:
            message = f"{path}: {error}"
            raise ConfigError(message) from None

    @property
    def added_definition(self) -> ListDefinition:
        """What the leads are made of that clients add."""
        usual = {one.name: getattr(self, one.name) for one in fields(ListDefinition)}
        return ListDefinition(**{**usual, "size": 0})


def _told(lead: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a lead says of its list, where a list can be so."""
    said = {"id": lead.get("list_id"), "name": lead.get("list_name"), "columns": column_names(lead.get("header"))}
    return {name: value for name, value in said.items() if _TOLD[name](value) is None}


def _decoded(path: Path) -> Any:
    """Return the JSON in a file.

    Raises:
        ConfigError: there is none.
    """
    try:
        if path.stat().st_size <= _MOST_BYTES:
            return orjson.loads(path.read_bytes())
        message = f"larger than {_MOST_BYTES // 1024**2} MiB; serve fewer leads"
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except ValueError as error:
        message = f"expected a JSON array of leads, such as `smartflo-contract record` writes; not JSON: {error}"
    message = f"{path}: {message}"
    raise ConfigError(message)

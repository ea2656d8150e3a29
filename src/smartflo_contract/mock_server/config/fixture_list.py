"""Fixed lists: lead lists with leads from a file, such as ``smartflo-contract record`` writes."""

from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from os import PathLike
from pathlib import Path
from typing import Any, Final

import orjson

from smartflo_contract.factories import DefinitionError, ListDefinition
from smartflo_contract.factories.list_definition import expected_setting
from smartflo_contract.mock_server.errors import ConfigError
from smartflo_contract.mock_server.http.decoding_losses import decoding_loss
from smartflo_contract.mock_server.http.json_values import check_json
from smartflo_contract.schemas.lead_format import column_names

_MAX_FILE_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True)
class FixtureList(ListDefinition):
    """A fixed list: the fake returns its leads unchanged, whatever profile, overlay, seed and phones are set.

    Name, columns, seed and statuses are those of the leads that clients add.

    Attributes:
        size: number of leads.
        leads: decoded JSON, at least one lead; hidden in the representation.
        digest: hash of the leads.

    Raises:
        DefinitionError: a setting is invalid; the message names it.
    """

    size: int = field(default=0, init=False)
    leads: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    digest: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        """Check and count the leads."""
        is_array = self.leads and isinstance(self.leads, list | tuple)
        if not (is_array and all(isinstance(lead, dict) for lead in self.leads)):
            message = "leads: expected an array of at least one lead, each a JSON object"
            raise DefinitionError(message)
        try:
            check_json(self.leads, "leads")
        except ValueError as error:
            raise DefinitionError(str(error)) from None
        try:
            encoded = orjson.dumps(self.leads)
        except (TypeError, ValueError) as error:
            message = f"leads: cannot be encoded as JSON: {error}"
            raise DefinitionError(message) from None
        digest = blake2b(encoded, digest_size=16).hexdigest()
        for name, value in {"leads": tuple(self.leads), "size": len(self.leads), "digest": digest}.items():
            object.__setattr__(self, name, value)
        super().__post_init__()

    @classmethod
    def from_leads(cls, leads: Any, **settings: Any) -> "FixtureList":
        """Return a list of leads; id, name and columns default to those of the first lead.

        Args:
            leads: decoded JSON.
            settings: settings of a list.

        Raises:
            DefinitionError: a setting is invalid, or the list has no id.
        """
        first = leads[0] if isinstance(leads, list) and leads and isinstance(leads[0], dict) else {}
        settings = {**_settings_of_lead(first), **settings}
        definition = cls(**{"id": 1, **settings, "leads": leads})
        if "id" not in settings:
            message = (
                f"id: missing; set one, because the list_id of the first lead is not {expected_setting('id', None)}"
            )
            raise DefinitionError(message)
        return definition

    @classmethod
    def from_file(cls, path: str | PathLike[str], **settings: Any) -> "FixtureList":
        """Return the list in a file: a JSON array of leads.

        Args:
            path: the file, of at most 256 MiB.
            settings: settings of a list; id, name and columns default to those of the first lead.

        Raises:
            ConfigError: the file cannot be read, contains no leads, or a setting is invalid.
        """
        try:
            return cls.from_leads(_read_json(Path(path)), **settings)
        except DefinitionError as error:
            message = f"{path}: {error}"
            raise ConfigError(message) from None

    @property
    def added_definition(self) -> ListDefinition:
        """Definition of the leads that clients add: this list without its leads."""
        settings = {field.name: getattr(self, field.name) for field in fields(ListDefinition)}
        return ListDefinition(**{**settings, "size": 0})


def _settings_of_lead(lead: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a list that a lead contains, without invalid ones."""
    settings = {"id": lead.get("list_id"), "name": lead.get("list_name"), "columns": column_names(lead.get("header"))}
    return {name: value for name, value in settings.items() if expected_setting(name, value) is None}


def _read_json(path: Path) -> Any:
    """Return the JSON in a file.

    Raises:
        ConfigError: the file cannot be read, is too large, is not JSON, or has an integer of more than 64 bits or a
            duplicate key.
    """
    try:
        if path.stat().st_size <= _MAX_FILE_BYTES:
            encoded = path.read_bytes().removeprefix(BOM_UTF8)
            content = orjson.loads(encoded)
            loss = decoding_loss(encoded, content)
            if loss is None:
                return content
            message = ": ".join(loss)
        else:
            message = f"larger than {_MAX_FILE_BYTES // 1024**2} MiB; use a file with fewer leads"
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except ValueError as error:
        message = f"expected a JSON array of leads, such as `smartflo-contract record` writes; not JSON: {error}"
    message = f"{path}: {message}"
    raise ConfigError(message)

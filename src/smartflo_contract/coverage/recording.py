"""What was served: the cells of each contract, by context. Recordings are merged, and stored as JSON."""

import json
from collections.abc import Hashable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Self

import orjson

from smartflo_contract.cells.cell import Cell, Mask
from smartflo_contract.coverage.contract_cells import ContractCells, contract_cells
from smartflo_contract.coverage.errors import CoverageError
from smartflo_contract.coverage.pair_counts import PairCounts, PairMasks
from smartflo_contract.coverage.service_cells import service_cells
from smartflo_contract.schemas import Contract, ContractError
from smartflo_contract.schemas.printable import escape_unprintable
from smartflo_contract.schemas.stored_contract import contract_as_dict, contract_from_dict

FORMAT: Final = "smartflo-coverage"
VERSION: Final = 1
MAX_CONTEXTS: Final = 100_000
"""Maximum number of contexts. Responses of further contexts are counted without their names."""
OTHER_CONTEXTS: Final = "(other contexts)"
_MAX_CONTEXT_CHARACTERS: Final = 200
TOO_MANY_CONTEXTS: Final = f"more than {MAX_CONTEXTS:,} contexts: the others are counted together"


class Contexts:
    """The contexts that are counted by their names: the first ones up to a maximum."""

    def __init__(self) -> None:
        """Start without contexts."""
        self._known: set[Hashable] = set()

    def admit(self, context: Hashable) -> bool:
        """Return whether a context is counted by its name, and not together with others."""
        if context not in self._known:
            if len(self._known) == MAX_CONTEXTS:
                return False
            self._known.add(context)
        return True


class Recording:
    """The cells that were served.

    Attributes:
        contracts: the contracts of the leads, by the name of their source file.
        lead_masks: by context and name of the source file, the cells of leads.
        service_masks: by context, the cells of the fake as a service.
        pairs: pairs of cells, by the name of the source file; empty unless lists were made for them.
        closing: contexts that exist to be served what the others are not.
        notes: why the recording is partial, if it is.
    """

    def __init__(self) -> None:
        """Start without responses."""
        self.contracts: dict[str, Contract] = {}
        self.lead_masks: dict[str, dict[str, Mask]] = {}
        self.service_masks: dict[str, Mask] = {}
        self.pairs: dict[str, PairCounts] = {}
        self.closing: set[str] = set()
        self.notes: set[str] = set()
        self._contexts = Contexts()

    def __bool__(self) -> bool:
        """Whether there is anything to report."""
        return bool(self.contracts or self.lead_masks or self.service_masks or self.notes)

    def add_contract(self, contract: Contract) -> None:
        """Add a contract, so that it is reported even if no leads are served."""
        self.contracts.setdefault(contract_cells(contract).name, contract)

    def add_service(self, context: str, mask: Mask) -> bool:
        """Add cells of the fake as a service; return whether any is new in the context, or the context itself."""
        return _add(self.service_masks, self._known(context), mask)

    def add_leads(self, context: str, cells: ContractCells, mask: Mask) -> bool:
        """Add cells of leads; return whether any is new in the context, or the contract."""
        self.contracts.setdefault(cells.name, cells.contract)
        return _add(self.lead_masks.setdefault(self._known(context), {}), cells.name, mask)

    def add_pairs(self, cells: ContractCells, pairs: PairCounts) -> None:
        """Add pairs of cells."""
        self.contracts.setdefault(cells.name, cells.contract)
        self.pairs[cells.name] = pairs.merged(self.pairs.get(cells.name))

    def merge(self, other: "Recording") -> None:
        """Add what another recording has."""
        self.contracts = other.contracts | self.contracts
        for context, mask in other.service_masks.items():
            self.add_service(context, mask)
        for context, masks in other.lead_masks.items():
            for name, mask in masks.items():
                self.add_leads(context, contract_cells(self.contracts[name]), mask)
        for name, pairs in other.pairs.items():
            self.add_pairs(contract_cells(self.contracts[name]), pairs)
        self.closing |= other.closing
        self.notes |= other.notes

    def without_closing(self) -> "Recording":
        """Return the recording without the contexts that exist to be served what the others are not."""
        other = Recording()
        other.merge(self)
        for context in self.closing:
            other.lead_masks.pop(context, None)
            other.service_masks.pop(context, None)
        return other

    def of_context(self, context: str) -> "Recording":
        """Return the recording of one context, with the contracts and notes of all."""
        other = Recording()
        other.contracts.update(self.contracts)
        other.notes.update(self.notes)
        if context in self.service_masks:
            other.add_service(context, self.service_masks[context])
        for name, mask in self.lead_masks.get(context, {}).items():
            other.add_leads(context, contract_cells(self.contracts[name]), mask)
        return other

    def contexts(self) -> list[str]:
        """Return the contexts, sorted."""
        return sorted({*self.lead_masks, *self.service_masks})

    def all_cells(self) -> Iterator[ContractCells]:
        """Yield the cells of each contract, in the order of their names."""
        for name in sorted(self.contracts):
            yield contract_cells(self.contracts[name])

    def served_mask(self, cells: ContractCells, context: str | None = None) -> Mask:
        """Return the cells of a contract that were served in a context, or in any for ``None``.

        Cells of the fake as a service are the same in every contract; their bits follow those of the leads.
        """
        contexts = self.contexts() if context is None else (context,)
        leads = service = 0
        for name in contexts:
            leads |= self.lead_masks.get(name, {}).get(cells.name, 0)
            service |= self.service_masks.get(name, 0)
        return leads | service << len(cells.leads.cells)

    def as_dict(self, *, portable: bool = True) -> dict[str, Any]:
        """Return the recording in JSON types.

        Args:
            portable: include the ids of all cells, so that another version can read it.
        """
        return {
            "format": FORMAT,
            "version": VERSION,
            "contracts": {
                name: _contract_as_dict(contract, portable=portable) for name, contract in self.contracts.items()
            },
            "service": [cell.id for cell in service_cells().cells] if portable else None,
            "contexts": {
                context: {
                    "leads": {name: hex(mask) for name, mask in sorted(self.lead_masks.get(context, {}).items())},
                    "service": hex(self.service_masks.get(context, 0)),
                }
                for context in self.contexts()
            },
            "pairs": {
                name: {part: list(map(hex, masks)) for part, masks in pairs._asdict().items()}
                for name, pairs in self.pairs.items()
            },
            "closing": sorted(self.closing),
            "notes": sorted(self.notes),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Return the recording of a result of :meth:`as_dict`, of this or of an earlier version.

        Raises:
            ContractError: a contract cannot be loaded.
            KeyError, TypeError, ValueError: the content has another form.
        """
        recording = cls()
        remap = {}
        for name, entry in content["contracts"].items():
            contract = contract_from_dict(entry)
            recording.contracts[name] = contract
            remap[name] = _Remap(entry["cells"], contract_cells(contract).leads.cells)
        service = _Remap(content["service"], service_cells().cells)
        for context, masks in content["contexts"].items():
            recording.add_service(context, service.mask(int(masks["service"], 16)))
            for name, mask in masks["leads"].items():
                cells = contract_cells(recording.contracts[name])
                recording.add_leads(context, cells, remap[name].mask(int(mask, 16)))
        for name, pairs in content["pairs"].items():
            made, served = ([int(mask, 16) for mask in pairs[part]] for part in PairCounts._fields)
            remapped = PairCounts(remap[name].pairs(made), remap[name].pairs(served))
            recording.add_pairs(contract_cells(recording.contracts[name]), remapped)
        recording.closing.update(map(str, content["closing"]))
        recording.notes.update(map(str, content["notes"]))
        return recording

    def encode(self) -> bytes:
        """Return the content of a data file."""
        content = self.as_dict()
        try:
            return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)
        except TypeError:  # an overlay has an integer of more than 64 bits
            return json.dumps(content).encode() + b"\n"

    def other_context(self) -> str:
        """Return the name under which contexts beyond the maximum are counted, and note that there are some."""
        self.notes.add(TOO_MANY_CONTEXTS)
        return OTHER_CONTEXTS

    def _known(self, context: str) -> str:
        """Return the name under which a context is counted."""
        is_named = context == OTHER_CONTEXTS or self._contexts.admit(context)
        return context if is_named else self.other_context()


def read_recording(path: Path) -> Recording:
    """Return the recording in a data file.

    Raises:
        CoverageError: the file cannot be read, is damaged, is of a newer version, or is not a data file.
    """
    try:
        encoded = path.read_bytes()
        orjson.loads(encoded)  # rejects more than json does
        content = json.loads(encoded)  # keeps integers of more than 64 bits, which overlays may have
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}; run the tests with --smartflo-coverage first"
        raise CoverageError(message) from None
    except ValueError:
        message = f"{path}: not a coverage data file, or damaged; delete it and run the tests again"
        raise CoverageError(message) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        message = f"{path}: not a coverage data file of smartflo-contract"
        raise CoverageError(message)
    if content.get("version") != VERSION:
        message = f"{path}: version {content.get('version')!r}, expected {VERSION}; use the release that wrote it"
        raise CoverageError(message)
    try:
        return Recording.from_dict(content)
    except (AttributeError, ContractError, LookupError, TypeError, ValueError) as error:
        message = f"{path}: damaged ({type(error).__name__}); delete it and run the tests again"
        raise CoverageError(message) from None


def _add(masks: dict[str, Mask], key: str, mask: Mask) -> bool:
    """Add cells to those of a key; return whether any is new, or the key."""
    before = masks.get(key, 0)
    is_new = bool(mask & ~before) or key not in masks
    if is_new:
        masks[key] = before | mask
    return is_new


def context_name(text: str) -> str:
    """Return the name of a context: one line of bounded length, different for different texts."""
    line = escape_unprintable(text)
    if len(line) <= _MAX_CONTEXT_CHARACTERS:
        return line
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=4).hexdigest()
    return f"{line[:_MAX_CONTEXT_CHARACTERS]}...{digest}"


class _Remap:
    """Convert masks of the cells of the version that wrote a recording."""

    def __init__(self, ids: list[str] | None, cells: "list[Cell] | Any") -> None:
        """Compare the ids of that version, ``None`` for this one, with the cells of this version."""
        known = {cell.id: 1 << number for number, cell in enumerate(cells)}
        is_same = ids is None or ids == list(known)
        self._size = len(known)
        self._bits = None if is_same else [known.get(cell_id, 0) for cell_id in ids or ()]

    def mask(self, mask: Mask) -> Mask:
        """Return a mask of this version; cells that it does not have are left out."""
        if self._bits is None:
            return mask
        result = 0
        for number, bit in enumerate(self._bits):
            result |= bit if mask >> number & 1 else 0
        return result

    def pairs(self, masks: PairMasks) -> PairMasks:
        """Return pairs of this version; those of cells that it does not have are left out.

        Raises:
            ValueError: there is not one mask for each cell.
        """
        if self._bits is None:
            if len(masks) != self._size:
                message = f"{len(masks)} masks, expected {self._size}"
                raise ValueError(message)
            return masks
        result = [0] * self._size
        for bit, mask in zip(self._bits, masks, strict=True):
            if bit:
                result[bit.bit_length() - 1] = self.mask(mask)
        return result


def _contract_as_dict(contract: Contract, *, portable: bool) -> dict[str, Any]:
    cells = [cell.id for cell in contract_cells(contract).leads.cells] if portable else None
    return contract_as_dict(contract) | {"cells": cells}

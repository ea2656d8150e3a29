"""Files of needs: whether one may be replaced, and how it is written."""

import json
from pathlib import Path

from smartflo_contract.live.output_files import replace_file, require_writable
from smartflo_contract.schemas import Contract
from smartflo_contract.schemas.errors import NeedsError
from smartflo_contract.schemas.needs import Needs, load_needs, needs_as_dict


def is_replaceable(path: Path) -> bool:
    """Return whether a file that can be written is new, empty, or has needs; another one is never replaced.

    Raises:
        OutputError: it cannot be written.
    """
    require_writable(path)
    if not path.is_file() or not path.stat().st_size:
        return True
    try:
        load_needs(path)
    except NeedsError:
        return False
    return True


def write_needs(path: Path, needs: Needs, contract: Contract) -> None:
    """Write needs into a file.

    Args:
        path: the file.
        needs: the needs.
        contract: the contract in which they were found.

    Raises:
        OutputError: it cannot be written.
    """
    content = json.dumps(needs_as_dict(needs, contract), indent=2, ensure_ascii=False)
    with replace_file(path) as file:
        file.write(f"{content}\n".encode())

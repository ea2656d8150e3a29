"""The header of the WAL index of an SQLite file: memory that all its connections share.

Its format is part of SQLite's documentation (https://www.sqlite.org/walformat.html). A transaction is committed when
its header is written: it has the number of frames in the log, a checksum of all of them and the salts of the log, which
differ after a checkpoint lets the log start over. So equal headers mean that nothing was committed in between, while a
connection has the file open. Otherwise, the log may be deleted, and the header of an empty log is always the same.

SQLite writes the second copy of the header first. So the first copy, which is read here, is the new one when a reader
or a client can know about the commit. A copy that is read while it is written equals no other header.

The header is read where SQLite has mapped it into this process. Opening the file again would be wrong: closing it would
release SQLite's own locks (https://www.sqlite.org/howtocorrupt.html).
"""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

_HEADER_BYTES: Final = 48
_FORMAT: Final = 3_007_000
"""Version of the format, in the first four bytes. SQLite has kept it since 2010."""
_MAPS: Final = Path("/proc/self/maps")


class WalIndexHeader:
    """The header of a WAL index, to be read while a connection of this process has the file open.

    Args:
        address: where it is in the memory of this process.
    """

    def __init__(self, address: int) -> None:
        """Refer to the memory."""
        self._memory = memoryview((ctypes.c_char * _HEADER_BYTES).from_address(address))

    def read(self) -> bytes:
        """Return the header."""
        return bytes(self._memory)


def find_header(path: str) -> WalIndexHeader | None:
    """Return the header of the WAL index of a file; ``None`` if it is not mapped, or the system does not list mappings.

    Args:
        path: the SQLite file, of which a connection of this process has read something.
    """
    address = _find_mapping(f"{path}-shm")
    if address is None:
        return None
    header = WalIndexHeader(address)
    is_known = int.from_bytes(header.read()[:4], sys.byteorder) == _FORMAT
    return header if is_known else None


def _find_mapping(path: str) -> int | None:
    """Return the address of the start of a file that is mapped into this process."""
    with suppress(OSError):
        stat = Path(path).stat()
        device = f"{os.major(stat.st_dev):02x}:{os.minor(stat.st_dev):02x}"
        for line in _MAPS.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            addresses, access, offset, line_device, inode = line.split(maxsplit=5)[:5]
            is_shared = access[0] == "r" and access[3] == "s"
            if is_shared and int(offset, 16) == 0 and (line_device, inode) == (device, str(stat.st_ino)):
                return int(addresses.partition("-")[0], 16)
    return None

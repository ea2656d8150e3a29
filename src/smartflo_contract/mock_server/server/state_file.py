"""The file of ``serve --state``: accounts that are restored at the start and saved at the end."""

import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EISDIR, ENOENT
from hashlib import blake2b
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISREG
from typing import Any, Final

import orjson

from smartflo_contract.mock_server.accounts.account import Account
from smartflo_contract.mock_server.accounts.resolution import Catalogs
from smartflo_contract.mock_server.accounts.store_snapshot import OtherCatalogError, dump_accounts, load_accounts
from smartflo_contract.mock_server.admin.bodies import parse_validated
from smartflo_contract.mock_server.admin.problems import Problem
from smartflo_contract.mock_server.config.config import Config
from smartflo_contract.mock_server.context import State
from smartflo_contract.mock_server.errors import ConfigError, StateError

_PRIVATE_MODE: Final = 0o600
_MAX_NAME_CHARACTERS: Final = 60
"""Characters of the file's name that its temporary file has as well."""


class StateFile:
    """A file with a snapshot of all accounts. Each save replaces it as a whole.

    Args:
        path: the file. If it is missing or empty, there is nothing to restore.
    """

    def __init__(self, path: Path) -> None:
        """Keep the path; a link is followed, so that it stays one."""
        self._path = Path(os.path.realpath(path))

    def __str__(self) -> str:
        """Return the path."""
        return str(self._path)

    @contextmanager
    def claimed(self, config: Config, catalogs: Catalogs) -> Iterator[None]:
        """Check that the file can be restored and saved, and keep other fakes from it until the context ends.

        Raises:
            ConfigError: the fake has no state to save, or a store keeps it.
            StateError: the file cannot be restored or saved, or another fake uses it.
        """
        if config.store is not None:
            message = "state: the store keeps all accounts; remove --state or --store"
            raise ConfigError(message)
        if config.read_only:
            message = "state: a read-only fake changes no account; remove --state or --read-only"
            raise ConfigError(message)
        with self._claim():
            self._require_writable()
            self.read(config, catalogs)
            yield

    def read(self, config: Config, catalogs: Catalogs) -> dict[str, Account]:
        """Return the accounts in the file by id; none if it is missing or empty.

        Raises:
            StateError: the file cannot be read, is damaged, or is from a fake with another configuration.
        """
        try:
            content = self._path.read_bytes() if self._path.exists() else b""
        except OSError as error:
            raise self._error(error.strerror) from None
        if not content:
            return {}
        try:
            return load_accounts(parse_validated(content, "Snapshot", "file"), config, catalogs)
        except OtherCatalogError as error:
            msg = f"{error}, or choose another file"
            raise self._error(msg) from None
        except ConfigError as error:  # such as a fault of a route, or a receiver, that only the former file names
            msg = f"{error}; start this fake with the configuration of the one that saved this, or choose another file"
            raise self._error(msg) from None
        except (Problem, ValueError) as error:
            reason = f"{error}; this is no state of a fake, or it is damaged; choose another file, or delete this one"
            raise self._error(reason) from None

    def restore(self, state: State) -> None:
        """Replace all accounts of a fake by those in the file.

        Raises:
            StateError: the file changed after it was claimed, and cannot be restored any more.
        """
        state.accounts.replace(self.read(state.config, state.catalogs), all_=True)

    def save(self, state: State) -> None:
        """Replace the file by a snapshot of all accounts of a fake.

        Raises:
            StateError: the file cannot be written. It is unchanged.
        """
        content = orjson.dumps(dump_accounts(state.accounts, state.catalogs))
        try:
            with self._temporary() as temporary:
                if self._path.exists():
                    temporary.chmod(S_IMODE(self._path.stat().st_mode))
                with temporary.open("r+b") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(self._path)
                self._sync_folder()
        except OSError as error:
            msg = f"cannot save the state: {error.strerror}; it is lost, and the file is unchanged"
            raise self._error(msg) from None

    def _require_writable(self) -> None:
        """Require that the file can be replaced, which needs a temporary file in its folder."""
        try:
            mode = self._path.stat().st_mode if self._path.exists() else None
            if mode is not None and S_ISDIR(mode):
                raise self._error(os.strerror(EISDIR))
            if mode is not None and not S_ISREG(mode):
                msg = "not a regular file"
                raise self._error(msg)
            if mode is not None and not os.access(self._path, os.R_OK | os.W_OK):
                raise self._error(os.strerror(EACCES))
            if not self._path.parent.is_dir():
                raise self._error(os.strerror(ENOENT))
            with self._temporary():
                pass
        except OSError as error:
            raise self._error(error.strerror) from None

    @contextmanager
    def _temporary(self) -> Iterator[Path]:
        """Create an empty file in the folder of this one; delete it at the end, unless it was renamed.

        Only its owner can read it: accounts have the secrets in headers of webhooks, and the leads that clients wrote.
        """
        temporary = self._path.with_name(f".{self._path.name[:_MAX_NAME_CHARACTERS]}.{secrets.token_hex(4)}")
        temporary.touch(_PRIVATE_MODE, exist_ok=False)
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    def _sync_folder(self) -> None:
        """Let a renamed file survive a power failure."""
        if os.name == "posix":
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                with suppress(OSError):  # some file systems cannot
                    os.fsync(folder)
            finally:
                os.close(folder)

    @contextmanager
    def _claim(self) -> Iterator[None]:
        """Keep other fakes on this machine from the file: the last one to end would replace the state of the first."""
        if sys.platform != "linux":  # elsewhere there are no names that end with their process
            yield
            return
        digest = blake2b(os.fsencode(self._path), digest_size=16).hexdigest()
        with socket.socket(socket.AF_UNIX) as name:
            try:
                name.bind(f"\0smartflo-contract state {digest}")
            except OSError:
                msg = "another fake uses this file; choose another one"
                raise self._error(msg) from None
            yield

    def _error(self, reason: str | None) -> StateError:
        return StateError(f"state {self._path}: {reason}")


def read_snapshot(path: Path) -> Any:
    """Return the snapshot in a file, which conforms to its schema.

    Raises:
        StateError: the file cannot be read, or is no snapshot.
    """
    try:
        return parse_validated(path.read_bytes(), "Snapshot", "file")
    except OSError as error:
        message = f"snapshot {path}: {error.strerror}"
    except Problem as problem:
        message = f"snapshot {path}: {problem}; this is no snapshot of accounts, or it is damaged"
    raise StateError(message)

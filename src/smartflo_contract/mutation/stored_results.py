"""Results of earlier runs, which are reused for mutants whose tests, code and contract have not changed since."""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from smartflo_contract.live.output_files import replace_file
from smartflo_contract.mutants import Mutant, example_of
from smartflo_contract.mutation.results import NOTICED, MutantResult
from smartflo_contract.mutation.stored_runs import result_as_dict, result_from_dict
from smartflo_contract.schemas import Contract

DATA_FILE: Final = ".smartflo-mutation"
FORMAT: Final = "smartflo-mutation-results"
VERSION: Final = 1
_DECIDED: Final = (*NOTICED, "survived")
_DIGEST_BYTES: Final = 16


class ResultKeys:
    """Hashes of all that decides about the result of a mutant.

    Args:
        contract: the contract.
        root: folder of the project.
        test_files: path of the file of each test, relative to ``root``.
        code: paths of the other Python files of the project that the tests use.
    """

    def __init__(self, contract: Contract, root: Path, test_files: Mapping[str, str], code: Iterable[str]) -> None:
        """Hash the files."""
        self._contract = contract
        self._test_files = test_files
        self._digests = {file: _file_digest(root / file) for file in {*test_files.values()}}
        others = sorted({*code} - {*test_files.values()})
        self._code = _digest(*(f"{file}/{_file_digest(root / file)}" for file in others))

    def key(self, mutant: Mutant, tests: Sequence[str]) -> str:
        """Return the key of a mutant and the tests that were served what it changes."""
        change = (body.decode(errors="replace") for body in example_of(self._contract, mutant))
        files = (f"{test}/{self._digests.get(self._test_files.get(test, ''), '')}" for test in sorted(tests))
        return _digest(mutant.id, mutant.kind, mutant.change, *change, self._code, *files)


def read_results(file: Path, mutants: Mapping[str, Mutant]) -> dict[str, tuple[str, MutantResult]]:
    """Return key and result of each mutant in a data file; nothing if there is none, or one of another version.

    Args:
        file: the data file.
        mutants: the mutants of the contract by id.
    """
    try:
        content: Mapping[str, Any] = json.loads(file.read_bytes())
        if (content["format"], content["version"]) != (FORMAT, VERSION):
            return {}
        entries = [entry for entry in content["results"] if entry["id"] in mutants]
        return {entry["id"]: (str(entry["key"]), result_from_dict(entry, mutants)) for entry in entries}
    except (OSError, AttributeError, LookupError, TypeError, ValueError):
        return {}


def write_results(file: Path, results: Mapping[str, tuple[str, MutantResult]]) -> None:
    """Write key and result of each mutant that was decided.

    Raises:
        OutputError: the file cannot be written.
    """
    entries = [{"key": key, **result_as_dict(result)} for key, result in results.values() if result.status in _DECIDED]
    with replace_file(file) as stream:
        stream.write(json.dumps({"format": FORMAT, "version": VERSION, "results": entries}).encode())


def _file_digest(path: Path) -> str:
    try:
        return _digest(path.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        return ""


def _digest(*texts: str) -> str:
    digest = blake2b(digest_size=_DIGEST_BYTES)
    for text in texts:
        encoded = text.encode(errors="surrogatepass")
        digest.update(f"{len(encoded)}/".encode() + encoded)
    return digest.hexdigest()

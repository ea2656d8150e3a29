"""The JSON files of this package, each read once; the package may be in a zip file."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson


def path(name: str) -> Path:
    """Return where a file is, for reports; in a zip file, there is nothing to open at that path."""
    return Path(__file__).absolute().with_name(name)


@cache
def text(name: str) -> str:
    """Return the content of a file."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def read(name: str) -> Any:
    """Return the decoded content of a file; each call returns a new copy."""
    return orjson.loads(text(name))

"""The JSON files of this folder, each read once."""

import json
from functools import cache
from pathlib import Path
from typing import Any


def path(name: str) -> Path:
    """Return the path of a file."""
    return Path(__file__).with_name(name)


@cache
def _text(name: str) -> str:
    return path(name).read_text(encoding="utf-8")


def read(name: str) -> Any:
    """Return the decoded content of a file; each call returns a new copy."""
    return json.loads(_text(name))

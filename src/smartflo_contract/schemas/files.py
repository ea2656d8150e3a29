"""The JSON files of this folder, read once each."""

import json
from functools import cache
from pathlib import Path
from typing import Any


def path(name: str) -> Path:
    """Return where ``name`` is."""
    return Path(__file__).with_name(name)


@cache
def _text(name: str) -> str:
    return path(name).read_text(encoding="utf-8")


def read(name: str) -> Any:
    """Return the content of ``name``, a fresh copy at each call."""
    return json.loads(_text(name))

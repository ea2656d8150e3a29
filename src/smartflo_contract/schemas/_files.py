"""The JSON files of this folder, read once each."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def read(name: str) -> Any:
    """Return the content of ``name``, a fresh copy at each call."""
    return json.loads(_text(name))

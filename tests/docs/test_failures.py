"""docs/failures.md: what pytest prints of tests that fail is part of the interface."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_page_is_what_pytest_prints() -> None:
    """Each test of the page is run, and its output is what stands under it; `failures.py --write` makes it anew."""
    script = [sys.executable, str(HERE / "failures.py")]
    made = subprocess.run(script, check=True, text=True, stdout=subprocess.PIPE).stdout

    assert (HERE.parents[1] / "docs" / "failures.md").read_text(encoding="utf-8") == made

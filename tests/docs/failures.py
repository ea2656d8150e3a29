"""Make the outputs in docs/failures.md by running the tests that stand there.

python tests/docs/failures.py [--write]
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "failures.md"
CASE = re.compile(
    r"(?P<before>^## .*?)(?P<python>^```python\n(?P<code>.*?)^```\n\n```text\n)(?P<output>.*?)(?P<end>^```$)",
    re.DOTALL | re.MULTILINE,
)
COMMAND = re.compile(r"Run as `pytest ([^`]*)`")
PLUGIN = "smartflo_contract.pytest_plugin.plugin"
OPTIONS = ("--quiet", "--no-header", "--color=no", "-p", "no:cacheprovider", "-p", PLUGIN)
CHANGING = {
    r"127\.0\.0\.1:[0-9]+": "127.0.0.1:8080",
    r"[0-9a-f]{32}@": "account@",
    r" in [0-9.]+s": " in 0.10s",
    r"0x[0-9a-f]+": "0x7f0000000000",
}
"""What differs from run to run."""
CI = {"CI", "BUILD_NUMBER"}
"""Where one of these is set, pytest leaves its summary lines uncut."""


def output(case: re.Match[str]) -> str:
    """Return what pytest prints of a test of the page."""
    told = COMMAND.search(case["before"])
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_it.py").write_text(case["code"], encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *OPTIONS, *(told[1].split() if told else [])],
            cwd=folder,
            env={name: value for name, value in os.environ.items() if name not in CI}
            | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "COLUMNS": "110"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    text = done.stdout.replace(folder, "project")
    for pattern, same in CHANGING.items():
        text = re.sub(pattern, same, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def page() -> str:
    """Return the page with the outputs of now."""
    return CASE.sub(lambda case: case["before"] + case["python"] + output(case) + case["end"], PAGE.read_text("utf-8"))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())

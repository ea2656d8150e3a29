"""Run the command ``smartflo-contract`` with ``python -m smartflo_contract``."""

import os
import sys
from contextlib import suppress
from pathlib import Path

with suppress(OSError):  # the working folder may not exist
    if sys.path[:1] in ([""], [os.curdir], [str(Path.cwd())]):
        del sys.path[0]  # put there by -m; files in the working folder are not part of the command

from smartflo_contract.cli import main

main()

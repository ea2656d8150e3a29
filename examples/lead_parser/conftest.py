"""Make the modules of this example importable, and use the same examples in every run."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("lead_parser", derandomize=True, database=None, deadline=None)
settings.load_profile("lead_parser")

"""Options of the benchmarks that measure requests per second with wrk."""

import argparse
import shutil


def load_options(description: str | None) -> argparse.Namespace:
    """Return the options ``rounds``, ``seconds`` and ``sizes`` of the command line; exit if wrk is missing."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 100, 10_000])
    if shutil.which("wrk") is None:
        parser.error("wrk is not on the PATH; it is in the Debian package `wrk`")
    return parser.parse_args()

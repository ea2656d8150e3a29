"""A plugin of coverage.py that reports the source files of cells: each cell is a line that can be executed."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from coverage import CoveragePlugin, FileReporter
from coverage.plugin_support import Plugins
from coverage.types import TLineNo, TSourceTokenLines

SOURCES: Final = "sources"
"""Option of the plugin: a JSON object with text and numbers of the lines that are cells, by name of the source file."""
_COMMENT: Final = "  # "


class CellsPlugin(CoveragePlugin):
    """Returns the reporters of source files of cells.

    Args:
        sources: text, and numbers of the lines that are cells, by file name.
    """

    def __init__(self, sources: Mapping[str, tuple[str, Sequence[TLineNo]]]) -> None:
        """Keep the source files."""
        self._sources = sources

    def file_reporter(self, filename: str) -> FileReporter:
        """Return the reporter of a source file."""
        return _CellsReporter(filename, *self._sources[Path(filename).name])


class _CellsReporter(FileReporter):
    """Reports one source file, which need not exist on disk."""

    def __init__(self, filename: str, text: str, lines: Sequence[TLineNo]) -> None:
        super().__init__(filename)
        self._text = text
        self._lines = frozenset(lines)

    def relative_filename(self) -> str:
        return Path(self.filename).name

    def source(self) -> str:
        return self._text

    def lines(self) -> set[TLineNo]:
        return set(self._lines)

    def source_token_lines(self) -> TSourceTokenLines:
        for number, line in enumerate(self._text.splitlines(), start=1):
            cell, separator, comment = line.rpartition(_COMMENT) if number in self._lines else ("", "", line)
            tokens = (("nam", cell), ("com", separator + comment))
            yield [(kind, text) for kind, text in tokens if text]


def coverage_init(registry: Plugins, options: Mapping[str, str]) -> None:
    """Register the plugin; coverage.py calls this function."""
    registry.add_file_tracer(CellsPlugin(json.loads(options[SOURCES])))

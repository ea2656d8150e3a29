"""A plugin of coverage.py that reports the source files of cells: each cell is a line that can be executed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from coverage import CoveragePlugin, FileReporter
from coverage.plugin_support import Plugins
from coverage.types import TLineNo, TSourceTokenLines

SOURCES: Final = "sources"
"""Option of the plugin: a JSON object with the text of each source file, by its name."""
_HEADING: Final = "#"


class CellsPlugin(CoveragePlugin):
    """Returns the reporters of source files of cells.

    Args:
        sources: text by file name.
    """

    def __init__(self, sources: Mapping[str, str]) -> None:
        """Keep the texts."""
        self._sources = sources

    def file_reporter(self, filename: str) -> FileReporter:
        """Return the reporter of a source file."""
        return _CellsReporter(filename, self._sources[Path(filename).name])


class _CellsReporter(FileReporter):
    """Reports one source file, which need not exist on disk."""

    def __init__(self, filename: str, text: str) -> None:
        super().__init__(filename)
        self._text = text

    def relative_filename(self) -> str:
        return Path(self.filename).name

    def source(self) -> str:
        return self._text

    def lines(self) -> set[TLineNo]:
        lines = self._text.splitlines()
        return {number for number, line in enumerate(lines, start=1) if not line.startswith(_HEADING)}

    def source_token_lines(self) -> TSourceTokenLines:
        for line in self._text.splitlines():
            cell, separator, comment = line.partition(_HEADING)
            tokens = (("nam", cell), ("com", separator + comment))
            yield [(kind, text) for kind, text in tokens if text]


def coverage_init(registry: Plugins, options: Mapping[str, str]) -> None:
    """Register the plugin; coverage.py calls this function."""
    registry.add_file_tracer(CellsPlugin(json.loads(options[SOURCES])))

"""Hooks of MkDocs: pages from outside `docs`, with their links, and the examples of commands as code."""

import re
from inspect import cleandoc
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from smartflo_contract.cli import cli

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = {
    file.name: file for folder in (ROOT, ROOT / "website") for file in folder.glob("*.md") if file.name != "README.md"
}
"""Name of each page from outside `docs` to its file."""
EXAMPLES: Final = re.compile(r"^\x08\n(.+?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)
"""Lines of a help text that click does not wrap."""


def on_startup(**_: object) -> None:
    """Let the examples in the help texts of commands be code, which mkdocs-click would join to a paragraph."""
    for command in (cli, *cli.commands.values()):
        command.help = EXAMPLES.sub(r"```text\n\1\n```", cleandoc(command.help or ""))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside `docs`."""
    for name, file in PAGES.items():
        files.append(File.generated(config, name, abs_src_path=str(file)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Return the text of a page with its links as they are in the site, where all pages are in one folder."""
    if page.file.src_uri in PAGES:
        return re.sub(r"\]\(docs/", "](", markdown)
    return re.sub(r"\]\(\.\./(?=[A-Z]+\.md)", "](", markdown)

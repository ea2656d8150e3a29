"""The command ``export``."""

from pathlib import Path
from typing import Final

import click

from smartflo_contract.cli import options
from smartflo_contract.cli.errors import usage_error
from smartflo_contract.cli.terminal import echo

_FORMATS: Final = ("postman", "openapi-3.0", "overlay", "arazzo", "json-schema", "typescript")


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(_FORMATS))
@click.argument("folder", metavar="DIR", type=options.FilePath(is_written=True))
@options.profile
@options.overlay
@options.option("--force", is_flag=True, help="Replace files that exist.")
def export_command(*, form: str, folder: Path, profile: str | None, overlay: Path | None, force: bool) -> None:
    """Write the contract in the format of another tool.

    FORMAT is one of:

    \b
    postman      a collection that calls every operation of a fake
    openapi-3.0  the OpenAPI document for tools that cannot read 3.1
    overlay      what to correct in the vendor's OpenAPI document (Overlay 1.0)
    arazzo       log in, create a list, add a lead, read and delete it
    json-schema  leads, errors, request bodies, and what the command writes
    typescript   types of leads, requests and responses

    DIR is created if it is missing. The paths of the files are printed.
    """  # noqa: D301  # click needs the control character itself
    from smartflo_contract.exports import exported_files
    from smartflo_contract.live.output_files import (
        is_same_file,
        replace_file,
        require_writable,
        require_writable_folder,
    )
    from smartflo_contract.schemas import load_contract

    files = exported_files(form, load_contract(profile or "sample", overlay))
    paths = {folder / name: content for name, content in files.items()}
    require_writable_folder(folder)
    for path in paths:
        if is_same_file(path, overlay):
            message = f"{path}: this file is read as --overlay; choose another DIR"
            raise usage_error(message)
        if path.exists() and not force:
            message = f"{path} exists; add --force to replace it, or choose another DIR"
            raise usage_error(message)
        require_writable(path)
    for path, content in paths.items():
        with replace_file(path) as file:
            file.write(content.encode())
        echo(str(path))

"""Commands that print the contract: sample, schema, openapi, explain, quirks, faults."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from smartflo_contract.cli.errors import usage_error
from smartflo_contract.cli.options import listing_format, needs, option, overlay, phones, profile, seed
from smartflo_contract.cli.output import (
    json_array,
    print_contradiction,
    print_explanation,
    print_json,
    print_needs,
    print_table,
    warn_about_phones,
    with_progress,
    write,
)
from smartflo_contract.cli.terminal import echo
from smartflo_contract.schemas.errors import nearest
from smartflo_contract.schemas.profile_names import PROFILES

if TYPE_CHECKING:
    from smartflo_contract.factories.facts import Phones
    from smartflo_contract.schemas import Contract

_MAX_LEADS: Final = 100_000_000
_LIST_ID: Final = 8668
_DOCS: Final = (Path(__file__).parents[1] / "docs", Path(__file__).parents[3] / "docs")
"""Folders of the documentation: in the wheel, and in a clone."""
_MAX_LIST_ID: Final = 2**53 - 1


_listing_format: Final = listing_format("text: a table. json: an object with the same cells.")


@click.command()
@click.argument("name", required=False)
@_listing_format
def quirks_command(*, name: str | None, form: str) -> None:
    """List the quirks that `serve --quirk` accepts.

    A quirk is a behavior that the vendor's documentation leaves open or contradicts. NAME shows one of them.
    """
    from smartflo_contract.mock_server.config.quirks import QUIRKS
    from smartflo_contract.schemas.findings import cited

    columns = ("quirk", "values", "default", "evidence", "why")
    rows = [
        (quirk.name, ", ".join(quirk.values), quirk.default, cited(quirk.evidence), quirk.description)
        for quirk in QUIRKS.values()
    ]
    _print_listing({"quirks": (columns, rows)}, name, form)


@click.command()
@click.argument("name", required=False)
@_listing_format
def faults_command(*, name: str | None, form: str) -> None:
    """List the faults that `serve --fault` accepts.

    A rule consists of steps, one per request, then settings, all separated by commas. NAME shows one fault or setting.
    After the last step, requests succeed. With `probability`, the steps repeat by request number; the seed
    decides which requests fail, the same for every account.
    """
    from smartflo_contract.mock_server.faults.rules import is_error_status
    from smartflo_contract.mock_server.faults.tables import STATUSES, fault_tables

    faults, settings = fault_tables()
    chosen = STATUSES if name is not None and is_error_status(name) else name
    _print_listing({"faults": faults, "settings": settings}, chosen, form)
    if name is None and form == "text":
        echo("\nExample, cut only the second response, after three leads:\n  --fault cut,lead=3,at=2")


def _print_listing(
    tables: Mapping[str, tuple[Sequence[str], Sequence[Sequence[str]]]], name: str | None, form: str
) -> None:
    """Print tables, or the row of one name.

    Args:
        tables: title to columns and rows; the first cell of a row is its name.
        name: the name of a row; ``None`` for all rows.
        form: ``text`` or ``json``.

    Raises:
        click.UsageError: no table has the name.
    """
    names = [row[0] for _, rows in tables.values() for row in rows]
    if name is not None and name not in names:
        message = f"unknown name `{name}`; choose from {', '.join(names)}.{nearest(name, names)}"
        raise usage_error(message)
    found = {
        title: (columns, [row for row in rows if name in {None, row[0]}]) for title, (columns, rows) in tables.items()
    }
    if form == "json":
        print_json(
            {title: [dict(zip(columns, row, strict=True)) for row in rows] for title, (columns, rows) in found.items()}
        )
        return
    for number, (columns, rows) in enumerate(content for content in found.values() if content[1]):
        if number:
            echo()
        if name is None:
            print_table(columns, rows)
        else:
            print_table(("", ""), list(zip(columns, rows[0], strict=True)))


@click.command()
@option(
    "-n",
    "--count",
    type=click.IntRange(0, _MAX_LEADS),
    default=1,
    show_default=True,
    help="Number of leads.",
)
@option(
    "--columns",
    metavar="NAMES",
    help='Column names separated by commas: "Phone Number,Name,Loan Amount". Default: the nine of the vendor\'s '
    "sample.",
)
@option(
    "--format",
    "form",
    type=click.Choice(("json", "ndjson")),
    default="json",
    show_default=True,
    help="json: an array, as the API returns. ndjson: one lead per line.",
)
@click.option(  # without a variable: SMARTFLO_LIST_ID is a likely name in applications
    "--list-id",
    type=click.IntRange(1, _MAX_LIST_ID),
    default=_LIST_ID,
    show_default=True,
    help="Id of the list that the leads belong to. Each list has its own leads.",
)
@option(
    "--pairs",
    is_flag=True,
    help="Print as many leads as it takes so that every two values of different keys occur together that the contract "
    "allows together. Excludes --count and --columns.",
)
@seed
@profile
@overlay
@phones
def sample_command(
    *,
    count: int,
    columns: str | None,
    pairs: bool,
    form: str,
    list_id: int,
    seed: int | None,
    profile: str | None,
    overlay: Path | None,
    phones: Any,
) -> None:
    """Print generated leads in the form that the API returns."""
    from smartflo_contract.factories import DEFAULT_COLUMNS, LeadWriter, ListDefinition
    from smartflo_contract.schemas import load_contract

    contract = load_contract(profile or "sample", overlay)
    if pairs:
        _reject_with_pairs("count", "columns")
        warn_about_phones(phones)
        lines = _pair_lines(contract, list_id, seed or 0, phones or "safe")
    else:
        names = DEFAULT_COLUMNS if columns is None else _parse_columns(columns)
        definition = ListDefinition(id=list_id, size=count, columns=names)
        warn_about_phones(phones)
        writer = LeadWriter(definition, contract, seed=seed or 0, phones=phones or "safe")
        lines = with_progress(writer.lines(), count)
    write(json_array(lines) if form == "json" else (f"{line}\n" for line in lines))


def _reject_with_pairs(*names: str) -> None:
    """Reject options that ``--pairs`` decides about.

    Raises:
        click.UsageError: one of them is set.
    """
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            message = f"--pairs and --{name} exclude each other; omit one."
            raise usage_error(message)


def _pair_lines(contract: "Contract", list_id: int, seed: int, phones: "Phones") -> Iterator[str]:
    """Yield the leads of a list of pairs, one per line."""
    from smartflo_contract.coverage.pairs import pair_list

    for lead in pair_list(contract, seed=seed, list_id=list_id, phones=phones).leads:
        yield json.dumps(lead, ensure_ascii=False, separators=(",", ":"))


def _parse_columns(columns: str) -> tuple[str, ...]:
    try:
        (names,) = csv.reader([columns], skipinitialspace=True)
    except (csv.Error, ValueError):
        message = "--columns: expected names separated by commas, in one line"
        raise usage_error(message) from None
    return tuple(names)


@click.command()
@click.argument("name", type=click.Choice(("lead", "leads", "error", "finding", "needs", "report")), default="lead")
@option(
    "--annotated",
    is_flag=True,
    help="Keep the x- keywords: evidence, known values, generators. Strict validators reject them.",
)
@option(
    "--portable",
    is_flag=True,
    help="Omit look-aheads in patterns, and type each enum: for RE2, Go, Rust, Pydantic and code generators.",
)
@profile
@overlay
def schema_command(*, name: str, annotated: bool, portable: bool, profile: str | None, overlay: Path | None) -> None:
    """Print a JSON Schema of the contract.

    NAME is lead (one lead, default), leads (a response body), error (an error body), finding or report (what check
    reports as JSON), or needs (what the command needs writes). Each schema is self-contained.
    """
    from smartflo_contract.exports.json_schema import json_schema
    from smartflo_contract.schemas import load_contract
    from smartflo_contract.schemas.portable import portable as portable_form

    if portable and annotated:
        message = "--portable and --annotated exclude each other; omit one."
        raise usage_error(message)
    schema = json_schema(name, load_contract(profile or "sample", overlay), annotated=annotated)
    print_json(portable_form(schema) if portable else schema)


@click.command()
@profile
@overlay
@option("--admin", is_flag=True, help="Describe the fake's admin API instead. Ignores --profile and --overlay.")
def openapi_command(*, profile: str | None, overlay: Path | None, admin: bool) -> None:
    """Print the OpenAPI 3.1 document of the fake."""
    from smartflo_contract.schemas import load_contract
    from smartflo_contract.schemas.openapi import openapi

    if admin:
        from smartflo_contract.mock_server.admin.openapi import admin_openapi
        from smartflo_contract.mock_server.admin.routes import ADMIN_ROUTES

        print_json(admin_openapi(ADMIN_ROUTES))
        return
    print_json(openapi(load_contract(profile or "sample", overlay)))


@click.command()
def docs_command() -> None:
    """Print where the documentation of this version is.

    The folder is printed on the first line; start with its README.md. The other lines are the pages.
    """
    folder = next((path for path in _DOCS if (path / "README.md").is_file()), None)
    if folder is None:
        message = "this installation has no documentation; install the wheel or run from a clone of the project"
        raise usage_error(message)
    echo(str(folder))
    for page in sorted(folder.glob("*.md")):
        title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        echo(f"{page.name}\t{title}")


@click.command()
@click.argument("pointer", required=False)
@overlay
@needs
def explain_command(*, pointer: str | None, overlay: Path | None, needs: Path | None) -> None:
    """Show types, evidence and contradictions of a key.

    POINTER is a key (lead_id), a JSON pointer (/*/created_at/$date) or the id of a contradiction
    (lead-id-type). Without it, every key and every contradiction is listed. With --needs, what your code needs is
    shown, and why: of the key, or, without POINTER, of all keys instead.
    """
    from smartflo_contract.schemas import CONTRADICTIONS
    from smartflo_contract.schemas.explain import explain
    from smartflo_contract.schemas.needs import load_needs

    needed = None if needs is None else load_needs(needs)
    for contradiction in CONTRADICTIONS:
        if contradiction.id == pointer:
            print_contradiction(contradiction)
            return
    explanations = explain(pointer, overlay)
    if pointer is not None:
        print_explanation(explanations[0])
        if needed is not None:
            echo()
            print_needs(needed, explanations[0].pointer)
        return
    if needed is not None:
        print_needs(needed)
        return
    print_table(
        ("key", *PROFILES, "evidence", "contradictions"),
        [
            (
                explanation.pointer,
                *(explanation.readings[profile] for profile in PROFILES),
                ", ".join(explanation.evidence),
                ", ".join(contradiction.id for contradiction in explanation.contradictions),
            )
            for explanation in explanations
        ],
    )
    echo()
    print_table(
        ("contradiction", "documented", "sample", "followed"),
        [
            (
                contradiction.id,
                contradiction.readings["documented"],
                contradiction.readings["sample"],
                contradiction.followed,
            )
            for contradiction in CONTRADICTIONS
        ],
    )

"""The command ``smartflo-contract``. Rooms are imported by the commands that need them, so help is quick."""

import csv
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from smartflo_contract.live import Credentials, Report
    from smartflo_contract.mock_server import Config
    from smartflo_contract.schemas.contradictions import Contradiction
    from smartflo_contract.schemas.explain import Explanation

PROFILES: Final = ("sample", "documented", "lenient")
_NAME: Final = "smartflo-contract"
_FOUND: Final = 1
_USAGE: Final = 2
_UNREACHED: Final = 3
_INTERRUPTED: Final = 130
_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
_QUIET_SECONDS: Final = 2.0
_PROGRESS_STEP: Final = 4096
_MOST_LEADS: Final = 100_000_000
_PREFIX: Final = "SMARTFLO_"
_OTHER_VARIABLES: Final = ("SMARTFLO_EMAIL", "SMARTFLO_PASSWORD", "SMARTFLO_TOKEN")
"""Variables that are no option's: those of an account at the vendor."""
_ALIKE: Final = 0.7
"""How much a variable must be like another to be taken for a slip: others may begin with SMARTFLO_ as well."""
_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")


class _Seconds(click.FloatRange):
    """A number of seconds, which is a number."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        found: float = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return found


class _Lines(click.types.StringParamType):
    """Text; a variable holds one a line, as blanks may stand in it."""

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        """Return the lines that say something."""
        return [line for line in rv.splitlines() if line.strip()]


def _option(*names: str, **settings: Any) -> Callable[[_F], _F]:
    """Return click's option, with the environment variable of its name, which the help shows."""
    long = next(name for name in names if name.startswith("--"))
    variable = f"{_PREFIX}{long.removeprefix('--').upper().replace('-', '_')}"
    return click.option(*names, envvar=variable, show_envvar=True, **settings)


_profile = _option(
    "--profile",
    type=click.Choice(PROFILES),
    help="Reading of the vendor's documentation: as the sample shows it (default), as the table says it, or either.",
)
_overlay = _option(
    "--overlay",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="JSON file: a partial lead schema that adds, removes or changes keys.",
)
_phones = _option(
    "--phones",
    type=click.Choice(("safe", "valid")),
    help="safe (default): numbers that cannot ring, +91 5550 and six digits. "
    "valid: numbers that may be somebody's, for clients that refuse others.",
)
_base_url = _option(
    "--base-url",
    metavar="URL",
    help="Root of the API, as https://api-smartflo.tatateleservices.com: a SOURCE that is a number is a list of it.",
)
_max_wait = _option(
    "--max-wait",
    type=_Seconds(0),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait at most, where the API answers 429.",
)
_max_time = _option(
    "--max-time",
    type=_Seconds(0, min_open=True),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long an answer of the API may take. Who sends nothing at all for 30 is given up before.",
)
_prompt = click.option(
    "--prompt",
    is_flag=True,
    help="Ask on the terminal for a token, or for e-mail and password, where neither --token nor a variable has any.",
)
_token = click.option(
    "--token",
    metavar="env:NAME|file:PATH",
    help="Where the access token is: a variable or a file, never the token itself, which others would see. "
    "Usually SMARTFLO_TOKEN.",
)
_seed = _option("--seed", type=int, help="Same seed, same leads. Default 0.")


def _processors() -> int:
    """Return on how many processors this process may run, up to two."""
    found = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    return min(len(found), 2)


def _together(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    """Return what gives a command some options."""

    def give(command: _F) -> _F:
        for option in reversed(options):
            command = option(command)
        return command

    return give


_checking = _together(
    _option(
        "--fail-on",
        type=click.Choice(("break", "surprise", "doc-only")),
        default="break",
        show_default=True,
        help="The least severity that fails: what breaks the contract; what it does not know, too; or also what "
        "the vendor's pages and sample disagree about.",
    ),
    _option(
        "--baseline",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Known findings, which are left out and fail nothing.",
    ),
    _option("--update-baseline", is_flag=True, help="Write what is found to --baseline as known, and succeed."),
    _option("--exit-zero", is_flag=True, help="Exit with 0 also where something is found."),
    _option(
        "--report",
        "reports",
        multiple=True,
        metavar="FORM[=FILE]",
        help="text (default), json, junit, sarif, github (annotations) or markdown, on standard output or in a "
        "file. May be repeated, with one form on standard output. Without FILE, markdown goes to GITHUB_STEP_SUMMARY "
        "where that is set.",
    ),
    _option(
        "--max-item",
        type=click.IntRange(1024),
        default=16 * 1024 * 1024,
        show_default=True,
        help="Bytes of one lead; a larger one is a finding, and is passed over.",
    ),
    _base_url,
    _max_wait,
    _max_time,
    _token,
    _prompt,
    _option(
        "--profile",
        type=click.Choice(PROFILES),
        default="lenient",
        show_default=True,
        help="Reading of the vendor's documentation: either, or as the sample shows it, or as the table says it.",
    ),
    _overlay,
)
"""Where responses come from, what they are held against, and what becomes of what is found."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name=_NAME, message="%(prog)s %(version)s")
def cli() -> None:
    """Test an integration with the Smartflo lead list API without touching production.

    \b
    smartflo-contract serve                run a fake Smartflo on http://127.0.0.1:8080
    smartflo-contract sample -n 3          print three leads
    smartflo-contract explain lead_id      what is known of a key, and from where
    smartflo-contract check leads.json     hold responses against the contract
    smartflo-contract diff old.json -      tell what has changed from one response to another
    smartflo-contract record leads.json    write a response without personal data (see its --help)

    Exit codes: 0 done (for serve: stopped by Ctrl-C or SIGTERM), 1 findings of check, 2 wrong usage or
    configuration, 3 a source of check cannot be read, 130 interrupted.
    """  # noqa: D301  # click wants the control character itself
    _warn_of_variables()


@cli.command()
@_option("--host", help="Address to listen on. Default 127.0.0.1.")
@_option(
    "-p",
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one. Default 8080.",
)
@_option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Worker processes; all answer alike. More than one need --read-only. Default 1.",
)
@_option(
    "--read-only",
    is_flag=True,
    default=None,
    help="Remember nothing of what clients do: no count of failed logins, no logout.",
)
@_option(
    "--admin-token",
    metavar="TEXT",
    help="What requests to /__admin must send in X-Smartflo-Admin-Token. Better set by the variable: others see flags. "
    "Needed where --host is not this machine alone.",
)
@_option(
    "--fault",
    "faults",
    type=_Lines(),
    multiple=True,
    metavar="STEPS[;SETTING=VALUE]",
    help="What goes wrong, request by request: --fault '503,503,ok', --fault 'cut;at=3', "
    "--fault 'delay;seconds=2;probability=0.1'. May be repeated; the variable has one a line. "
    "`smartflo-contract faults` lists faults and settings.",
)
@_option(
    "--quirk",
    "quirks",
    multiple=True,
    metavar="NAME=VALUE",
    help="How to read what the documentation leaves open. May be repeated; the variable has blanks between them. "
    "`smartflo-contract quirks` lists them.",
)
@_option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="TOML file with these settings and [[lists]]. A flag wins over its variable, both win over the file.",
)
@_option(
    "--auth",
    type=click.Choice(("on", "off")),
    help="on (default): requests need an Authorization header, any ASCII text will do. off: they need none.",
)
@_seed
@_profile
@_overlay
@_phones
def serve(config: Path | None, quirks: Sequence[str], faults: Sequence[str], **settings: Any) -> None:
    """Run a fake Smartflo until Ctrl-C.

    The URL is the only line on standard output; what the fake holds is told on standard error.
    """
    from smartflo_contract.mock_server import Config
    from smartflo_contract.mock_server.faults.parsing import parse_fault
    from smartflo_contract.mock_server.server.granian import serve as run

    given = {name: value for name, value in settings.items() if value is not None}
    if quirks:
        given["quirks"] = dict(map(_quirk, quirks))
    if faults:
        given["faults"] = tuple(map(parse_fault, faults))
    chosen = Config(**given) if config is None else Config.from_file(config, **given)
    _warn_of_phones(chosen.phones)

    def announce(url: str) -> None:
        click.echo(url)
        sys.stdout.flush()
        with suppress(OSError):  # nobody need read the banner
            _banner(chosen, url)

    run(chosen, announce)


@cli.command()
def quirks() -> None:
    """List the quirks: what the documentation leaves open or contradicts, and how `serve --quirk` turns each."""
    from smartflo_contract.mock_server.config.quirks import QUIRKS
    from smartflo_contract.schemas.findings import cited

    _print_table(
        ("quirk", "values", "default", "evidence", "why"),
        [
            (
                quirk.name,
                ", ".join(quirk.values),
                quirk.default,
                cited(quirk.evidence),
                quirk.description,
            )
            for quirk in QUIRKS.values()
        ],
    )


@cli.command()
def faults() -> None:
    """List the faults: what can go wrong, and how `serve --fault` makes it.

    A rule is its steps, one a request, with commas between them, then settings, each after a `;`.
    Afterwards all is well, but with `probability` the steps repeat by the number of the request, whether
    it goes wrong or not, and which go wrong follows from the seed, the same for every account.
    """
    from smartflo_contract.mock_server.faults.tables import FAULT_COLUMNS, SETTING_COLUMNS, fault_rows, setting_rows

    _print_table(FAULT_COLUMNS, fault_rows())
    click.echo()
    _print_table(SETTING_COLUMNS, setting_rows())
    click.echo("\nExample, the second request alone is cut after three leads: --fault 'cut;lead=3;at=2'")


@cli.command()
@_option(
    "-n",
    "--count",
    type=click.IntRange(0, _MOST_LEADS),
    default=1,
    show_default=True,
    help="How many leads.",
)
@_option(
    "--columns",
    metavar="NAMES",
    help='Column names, separated by commas: "Phone Number,Name,Loan Amount". Default: the vendor\'s nine.',
)
@_option(
    "--format",
    "form",
    type=click.Choice(("json", "ndjson")),
    default="json",
    show_default=True,
    help="json: an array, as the API answers. ndjson: a lead a line.",
)
@_seed
@_profile
@_overlay
@_phones
def sample(
    *,
    count: int,
    columns: str | None,
    form: str,
    seed: int | None,
    profile: str | None,
    overlay: Path | None,
    phones: Any,
) -> None:
    """Print leads as the API would answer them."""
    from smartflo_contract.factories import DEFAULT_COLUMNS, LeadWriter, ListDefinition
    from smartflo_contract.schemas import load_contract

    names = DEFAULT_COLUMNS if columns is None else _names(columns)
    definition = ListDefinition(id=8668, size=count, columns=names)
    contract = load_contract(profile or "sample", overlay)
    _warn_of_phones(phones)
    writer = LeadWriter(definition, contract, seed=seed or 0, phones=phones or "safe")
    lines = _with_progress(writer.lines(), count)
    _write(_array(lines) if form == "json" else (f"{line}\n" for line in lines))


@cli.command()
@click.argument("name", type=click.Choice(("lead", "leads", "error")), default="lead")
@_option(
    "--annotated",
    is_flag=True,
    help="Keep the x- keywords: evidence, known values, generators. Strict validators refuse them.",
)
@_profile
@_overlay
def schema(*, name: str, annotated: bool, profile: str | None, overlay: Path | None) -> None:
    """Print a JSON Schema of the contract: one lead (default), a response body (leads), or an error."""
    from smartflo_contract.schemas import load_contract

    _print_json(load_contract(profile or "sample", overlay).schema(name, annotated=annotated))


@cli.command()
@_profile
@_overlay
@_option("--admin", is_flag=True, help="The admin API of the fake instead; it has neither profile nor overlay.")
def openapi(*, profile: str | None, overlay: Path | None, admin: bool) -> None:
    """Print the OpenAPI 3.1 document of what the fake answers."""
    from smartflo_contract.schemas import load_contract
    from smartflo_contract.schemas.openapi import openapi as document

    if admin:
        from smartflo_contract.mock_server.admin.openapi import admin_openapi

        _print_json(admin_openapi())
        return
    _print_json(document(load_contract(profile or "sample", overlay)))


@cli.command()
@click.argument("pointer", required=False)
@_overlay
def explain(*, pointer: str | None, overlay: Path | None) -> None:
    """Tell what the contract says about a key: type in each profile, evidence, contradictions.

    POINTER is a key (lead_id), a JSON pointer (/*/created_at/$date) or the id of a contradiction
    (lead-id-type). Without it, every key and every contradiction is listed.
    """
    from smartflo_contract.schemas import CONTRADICTIONS
    from smartflo_contract.schemas.explain import explain as explanations

    named = [entry for entry in CONTRADICTIONS if entry.id == pointer]
    if named:
        _print_contradiction(named[0])
        return
    found = explanations(pointer, overlay)
    if pointer is not None:
        _print_explanation(found[0])
        return
    _print_table(
        ("key", *PROFILES, "evidence", "contradictions"),
        [
            (
                entry.pointer,
                *(entry.readings[profile] for profile in PROFILES),
                ", ".join(entry.evidence),
                ", ".join(contradiction.id for contradiction in entry.contradictions),
            )
            for entry in found
        ],
    )
    click.echo()
    _print_table(
        ("contradiction", "documented", "sample", "followed"),
        [
            (entry.id, entry.readings["documented"], entry.readings["sample"], entry.followed)
            for entry in CONTRADICTIONS
        ],
    )


@cli.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@_option(
    "--processes",
    type=click.IntRange(1, 2),
    default=_processors,
    show_default="2 where there are so many processors",
    help="2 has another process read half of each file of 64 MiB or more, and has twice the memory.",
)
@_checking
def check(*, sources: Sequence[str], base_url: str | None, processes: int, **options: Any) -> None:
    """Check responses against the contract, grade their drift, and say which reading they follow.

    SOURCE is a file with an array of leads, or with one lead a line, as it is or by gzip; - is standard
    input; a URL of the API, or with --base-url the id of a list. Values of leads are shown nowhere.

    The API is only read, one request at a time, with SMARTFLO_TOKEN, or after a login with SMARTFLO_EMAIL
    and SMARTFLO_PASSWORD, or without credentials.

    Exit codes: 0 nothing found, 1 findings of --fail-on or worse, 2 wrong usage or configuration,
    3 a source cannot be read, or refuses the credentials, 130 interrupted.
    """
    from smartflo_contract import live

    if sources.count("-") > 1:
        message = "there is one standard input: - can be given once"
        raise click.UsageError(message, click.get_current_context())
    _leave_with(partial(live.check, processes=processes), [_body(source, base_url) for source in sources], **options)


@cli.command()
@click.argument("before")
@click.argument("after")
@_checking
def diff(*, before: str, after: str, base_url: str | None, **options: Any) -> None:
    """Compare two responses, as a recorded one with that of today.

    BEFORE and AFTER are as SOURCE for check, and so are the options, the reports and the grades. Changes of
    keys, types, columns and shares of null are told, and known values that have come or gone: as a break
    where the contract does not allow what is there now.

    Exit codes: 0 nothing changed, 1 changes of --fail-on or worse, 2 wrong usage or configuration, or BEFORE
    has no leads, 3 a response cannot be read, or refuses the credentials, 130 interrupted.
    """
    from smartflo_contract import live

    if before == after == "-":
        message = "there is one standard input: BEFORE and AFTER cannot both be -"
        raise click.UsageError(message, click.get_current_context())
    _leave_with(live.diff, [_body(before, base_url), _body(after, base_url)], **options)


@cli.command()
@click.argument("source")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="The fixture to write.")
@click.option(
    "--as-test",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A Python file to write, with a test of each finding, or of the worst hundred: the smallest list that has it.",
)
@_base_url
@_max_wait
@_max_time
@_token
@_prompt
@_overlay
def record(
    *,
    source: str,
    output: Path | None,
    as_test: Path | None,
    base_url: str | None,
    max_wait: float,
    max_time: float,
    token: str | None,
    prompt: bool,
    overlay: Path | None,
) -> None:
    """Write a response as a fixture without personal data, or as tests of what is found in it.

    SOURCE is as for check. Every value that the contract does not call harmless is replaced: equal values
    stay equal, texts and numbers keep their form, times their differences, and each lead its findings.
    Where anything is not understood, nothing is written. The pseudonyms cannot be undone.

    Exit codes: 0 written, 2 wrong usage, or nothing could be written, 3 SOURCE cannot be read, or refuses
    the credentials, 130 interrupted, and nothing written.
    """
    from smartflo_contract import live
    from smartflo_contract.live.report import format_count

    if output is None and as_test is None:
        message = "nothing to write: name a fixture by -o FILE, tests by --as-test FILE, or both"
        raise click.UsageError(message, click.get_current_context())
    if "-" in map(str, (output, as_test)):
        message = "`-` is no file to write: -o /dev/stdout writes the fixture to standard output"
        raise click.UsageError(message, click.get_current_context())
    recorded = _read_by(
        partial(live.record, path=output, as_test=as_test),
        [_body(source, base_url)],
        token,
        prompt=prompt,
        overlay=overlay,
        max_wait=max_wait,
        max_time=max_time,
    )
    if output is not None:
        click.echo(f"{output}: {format_count(recorded.leads, 'lead')} without personal data", err=True)
    if as_test is not None:
        many = recorded.findings > recorded.tests
        which = f"of the worst of {recorded.findings:,} findings" if many else "one of each finding"
        tests = f"{format_count(recorded.tests, 'test')}, {which}"
        click.echo(f"{as_test}: {tests if recorded.tests else 'not written, as nothing is found'}", err=True)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; a user's mistake is one line on standard error and exit code 2."""
    _prepare_streams()
    try:
        code = cli.main(args=arguments, prog_name=_NAME, standalone_mode=False)
    except click.exceptions.Abort:
        _leave("interrupted", _INTERRUPTED)
    except KeyboardInterrupt:
        _leave("interrupted", _INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(_USAGE)
    except click.ClickException as error:
        _leave(_one_line(error), _USAGE)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered would fail again
        _leave(f"cannot write: {error.strerror}", _USAGE)
    except (RuntimeError, ValueError) as error:
        if not type(error).__module__.startswith("smartflo_contract"):
            raise
        _leave(str(error), _UNREACHED if isinstance(error, RuntimeError) else _USAGE)
    sys.exit(code if isinstance(code, int) else 0)


def _prepare_streams() -> None:
    """Have both outputs take any text, also where whoever started the command has closed them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What is printed is JSON, or quotes it; the name of a file may be in no encoding at all.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _leave(message: str, code: int) -> NoReturn:
    click.echo(f"{_NAME}: {' '.join(message.split())}", err=True)
    sys.exit(code)


def _one_line(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" (see `{context.command_path} --help`)" if context is not None else ""
    return f"{error.format_message().rstrip()}{hint}"


def _quirk(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        message = f"--quirk {text}: expected NAME=VALUE, such as expired_token=200"
        raise click.UsageError(message, click.get_current_context())
    return name.strip(), value.strip()


def _leave_with(
    find: Callable[..., "Report"],
    bodies: Sequence[str],
    *,
    fail_on: Any,
    baseline: Path | None,
    update_baseline: bool,
    exit_zero: bool,
    reports: Sequence[str],
    max_item: int,
    max_wait: float,
    max_time: float,
    token: str | None,
    prompt: bool,
    profile: str,
    overlay: Path | None,
) -> None:
    """Have responses checked, and leave with what is found, as the options of ``_checking`` say."""
    from smartflo_contract.live.checking.baseline import read_baseline, write_baseline
    from smartflo_contract.live.reports import REPORTS

    wanted = _forms(reports or ("text",), REPORTS)
    if update_baseline and baseline is None:
        message = "--update-baseline needs --baseline FILE, which it writes"
        raise click.UsageError(message, click.get_current_context())
    known = frozenset() if baseline is None or update_baseline else read_baseline(baseline)
    found = _read_by(
        find,
        bodies,
        token,
        prompt=prompt,
        profile=profile,
        overlay=overlay,
        max_item=max_item,
        max_wait=max_wait,
        max_time=max_time,
    )
    if baseline is not None and update_baseline:
        write_baseline(baseline, found)
        known = frozenset(one.fingerprint for one in found.findings)
    found = found.without(known)
    for form, path in wanted.items():
        text = REPORTS[form](found, fail_on)
        if path is None:
            _write([text])
            continue
        try:
            with path.open("a" if str(path) == os.environ.get(_SUMMARY) else "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            message = f"--report {form}={path}: {error.strerror}"
            raise click.UsageError(message, click.get_current_context()) from None
    if found.at_least(fail_on) and not exit_zero:
        click.get_current_context().exit(_FOUND)


def _read_by(read: Callable[..., _T], bodies: Sequence[str], token: str | None, *, prompt: bool, **settings: Any) -> _T:
    """Have responses read, with the credentials that the options say, and tell of progress."""
    account = _account(bodies, token, prompt=prompt)
    with _leads_progress() as progress:
        return read(*bodies, token=account, progress=progress, **settings)


def _body(source: str, base_url: str | None) -> str:
    """Return a source, as a URL where it is the id of a list."""
    if not source.isascii() or not source.isdigit() or Path(source).exists():
        return source
    if base_url is None:
        message = f"there is no file {source}; to read it as a list of the API, say which by --base-url"
        raise click.UsageError(message, click.get_current_context())
    from smartflo_contract.live.client.urls import validate_base_url

    return f"{validate_base_url(base_url)}/v1/broadcast/leads/{source}"


def _account(bodies: Iterable[str], token: str | None, *, prompt: bool) -> "str | Credentials | None":
    """Return the token that an option names, or what is typed; ``None`` where nothing is asked."""
    from smartflo_contract.live.client.credentials import Credentials, credentials_from_environment
    from smartflo_contract.live.sources import is_url

    if token is not None:
        return _secret(token)
    if not prompt or credentials_from_environment() or not any(map(is_url, bodies)):
        return None
    if sys.stdin is None or not sys.stdin.isatty():
        message = (
            "--prompt: standard input is no terminal to ask on; "
            "set SMARTFLO_TOKEN, or SMARTFLO_EMAIL and SMARTFLO_PASSWORD"
        )
        raise click.UsageError(message, click.get_current_context())
    typed = _typed("Access token (empty for a login)", default="").strip()
    return Credentials(typed) if typed else Credentials(None, _typed("E-mail").strip(), _typed("Password"))


def _typed(what: str, default: str | None = None) -> str:
    """Return what is typed on the terminal, which does not show it."""
    try:
        return str(click.prompt(what, default=default, show_default=False, hide_input=True, err=True))
    except UnicodeDecodeError:
        click.echo(err=True)  # ends the line that was typed
        message = "--prompt: what was typed is not in the encoding of this terminal"
        raise click.UsageError(message, click.get_current_context()) from None


def _secret(where: str) -> str:
    """Return the token that is in a variable or a file."""
    kind, _, name = where.partition(":")
    found = ""
    if kind == "env":
        found = os.environ.get(name, "").strip()
    elif kind == "file":
        with suppress(OSError, UnicodeDecodeError):
            found = Path(name).read_text(encoding="utf-8").strip()
    if not found:
        shown = f" {where}" if kind in {"env", "file"} else ""  # or it may be the token itself
        message = f"--token{shown}: expected env:NAME or file:PATH, where there is a token"
        raise click.UsageError(message, click.get_current_context())
    return found


def _forms(reports: Sequence[str], known: Iterable[str]) -> dict[str, Path | None]:
    """Return where each form of a report goes; ``None`` for standard output."""
    wanted: dict[str, Path | None] = {}
    for report in reports:
        form, equals, path = report.partition("=")
        if form not in known or (equals and not path):
            message = f"--report {report}: expected FORM or FORM=FILE, where FORM is one of {', '.join(known)}"
            raise click.UsageError(message, click.get_current_context())
        if form in wanted:
            message = f"--report {form} is given twice; each form is written once"
            raise click.UsageError(message, click.get_current_context())
        summary = os.environ.get(_SUMMARY) if form == "markdown" else None
        wanted[form] = Path(path) if equals else Path(summary) if summary else None
        if wanted[form] in [other for one, other in wanted.items() if other and one != form]:
            message = f"--report {report}: another form goes to this file"
            raise click.UsageError(message, click.get_current_context())
    if sum(path is None for path in wanted.values()) > 1:
        message = "--report: only one form goes to standard output; write the others as FORM=FILE"
        raise click.UsageError(message, click.get_current_context())
    return wanted


def _names(columns: str) -> tuple[str, ...]:
    try:
        (names,) = csv.reader([columns], skipinitialspace=True)
    except (csv.Error, ValueError):
        message = "--columns: expected names separated by commas, in one line"
        raise click.UsageError(message, click.get_current_context()) from None
    return tuple(names)


def _warn_of_variables() -> None:
    """Tell of each variable whose name is nearly one that is read."""
    known = {str(option.envvar) for command in cli.commands.values() for option in command.params if option.envvar}
    known.update(_OTHER_VARIABLES)
    names = {name.removeprefix(_PREFIX): name for name in known}
    for variable in sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known):
        close = get_close_matches(variable.removeprefix(_PREFIX), names, n=1, cutoff=_ALIKE)
        if close:
            with suppress(OSError):
                click.echo(f"warning: {variable} is not read. Did you mean {names[close[0]]}?", err=True)


def _warn_of_phones(phones: str | None) -> None:
    if phones == "valid":
        click.echo(
            "warning: --phones valid makes numbers that may be somebody's; do not let anything dial them", err=True
        )


def _write(texts: Iterable[str]) -> None:
    """Write to standard output; a reader that has seen enough, such as ``head``, is no error."""
    try:
        sys.stdout.writelines(texts)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered would fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _array(lines: Iterable[str]) -> Iterator[str]:
    """Yield the text of a JSON array with an item a line."""
    opening = "["
    for line in lines:
        yield f"{opening}\n{line}"
        opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"


def _with_progress(lines: Iterable[str], count: int) -> Iterator[str]:
    """Pass ``lines`` on, and tell of progress where they go elsewhere than to a terminal."""
    if sys.stdout.isatty():
        yield from lines
        return
    with _progress(total=count) as tell:
        for done, line in enumerate(lines, start=1):
            yield line
            if tell and done % _PROGRESS_STEP == 0:
                tell(completed=done)


@contextmanager
def _leads_progress() -> Iterator[Callable[[int, int, int | None], None] | None]:
    """Tell of the leads and bytes that have been read, how fast, and how long it takes where that is known."""
    with _progress("{task.fields[leads]:,} leads", leads=0, total=None) as tell:
        yield tell and (lambda leads, read, total: tell(leads=leads, completed=read, total=total))


@contextmanager
def _progress(text: str | None = None, **start: Any) -> Iterator[Callable[..., None] | None]:
    """Tell of progress on a terminal's standard error, once it takes over two seconds.

    Args:
        text: what is done, before bytes, speed and time; a bar, unless given.
        start: how far it is at the beginning.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import FileSizeColumn, Progress, ProgressColumn, TimeRemainingColumn, TransferSpeedColumn

    columns: list[str | ProgressColumn] = (
        [] if text is None else [text, FileSizeColumn(), TransferSpeedColumn(), TimeRemainingColumn()]
    )
    # Left to itself, Rich would take standard output over and print the leads above its bar.
    progress = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
    task, started = progress.add_task("leads", **start), time.monotonic()

    def tell(**now: Any) -> None:
        progress.update(task, **now)
        if time.monotonic() - started > _QUIET_SECONDS:
            progress.start()

    try:
        yield tell
    finally:
        progress.stop()


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _banner(config: "Config", url: str) -> None:
    from smartflo_contract import __version__
    from smartflo_contract.mock_server.admin.routes import PREFIX
    from smartflo_contract.mock_server.lists.configured_lists import configured_lists
    from smartflo_contract.schemas.hosts import is_loopback

    header = "" if config.auth == "off" else " --header 'Authorization: Bearer any-text'"
    click.echo(
        f"Fake Smartflo {__version__}: profile {config.profile}, seed {config.seed}. Not affiliated with the vendor.\n"
        f"Try: curl --request GET --url {url}/v1/broadcast/leads/8668 --header 'accept: application/json'{header}\n",
        err=True,
    )
    rows = [(str(one.id), one.name, str(len(one.columns)), f"{one.size:,}") for one in configured_lists(config)]
    _print_table(("list id", "name", "columns", "leads"), rows, err=True)
    if config.admin_token is None and not is_loopback(config.host, allow_subdomains=True):
        admin = f"The admin API is closed, as others reach {config.host}; it opens where SMARTFLO_ADMIN_TOKEN is set."
    else:
        admin = f"While it runs: {url}{PREFIX} (docs/fake.md)"
    click.echo(
        f"\n{admin}\nMore ids answer with a status, an empty list or any size: see the README. Stop with Ctrl-C.",
        err=True,
    )


def _print_explanation(entry: "Explanation") -> None:
    rows = [("key", entry.pointer), ("is", entry.description)]
    rows += [(profile, words) for profile, words in entry.readings.items()]
    rows += [(f"{label} in", source) for label, source in entry.evidence.items()]
    rows += [("known value", f"{value}: {label} ({evidence})") for value, label, evidence in entry.known_values]
    rows += [("personal", "yes: masked in findings")] if entry.personal else []
    _print_table(("", ""), rows)
    for contradiction in entry.contradictions:
        click.echo()
        _print_contradiction(contradiction)


def _print_contradiction(entry: "Contradiction") -> None:
    rows = [("contradiction", f"{entry.id}: {entry.title}")]
    rows += list(entry.readings.items())
    rows += [("seen in values", "yes" if entry.shows_in_values else "no")]
    rows += [(f"{label} in", source) for label, source in entry.evidence.items()]
    rows += [("followed", entry.followed)]
    _print_table(("", ""), rows)


def _print_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, err: bool = False) -> None:
    """Print a table: a drawn one on a terminal, tab-separated text elsewhere."""
    stream = sys.stderr if err else sys.stdout
    if not stream.isatty():
        for row in [header, *rows] if any(header) else rows:
            click.echo("\t".join(row), err=err)
        return
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    columns = [Column(title, overflow="fold", no_wrap=number == 0) for number, title in enumerate(header)]
    table = Table(*columns, show_header=any(header), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    Console(stderr=err).print(table)

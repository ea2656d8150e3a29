"""Exit codes, and errors as one line on standard error."""

import os
import sys
from collections.abc import Callable
from typing import Final, NoReturn

import click

PROGRAM: Final = "smartflo-contract"
FINDINGS: Final = 1
"""Exit code: findings of the chosen severity."""
_USAGE: Final = 2
_UNREADABLE: Final = 3
_INTERRUPTED: Final = 130


def usage_error(message: str) -> click.UsageError:
    """Return the error that exits with code 2 and points to the help of the current command."""
    return click.UsageError(message, click.get_current_context())


def exit_with_one_line_errors(run: Callable[[], object]) -> NoReturn:
    """Run a command and exit with its code; print an expected error as one line.

    Args:
        run: runs the command; returns its exit code, or anything else for success.
    """
    try:
        code = run()
    except (click.exceptions.Abort, KeyboardInterrupt):
        _exit("interrupted", _INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(_USAGE)
    except click.ClickException as error:
        _exit(_with_hint(error), _USAGE)
    except OSError as error:
        discard_output()
        _exit(f"cannot write: {error.strerror}", _USAGE)
    except (RuntimeError, ValueError) as error:
        if not type(error).__module__.startswith("smartflo_contract"):
            raise
        _exit(str(error), _UNREADABLE if isinstance(error, RuntimeError) else _USAGE)
    sys.exit(code if isinstance(code, int) else 0)


def discard_output() -> None:
    """Redirect standard output to the null device: what is still buffered would fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _exit(message: str, code: int) -> NoReturn:
    click.echo(f"{PROGRAM}: {' '.join(message.split())}", err=True)
    sys.exit(code)


def _with_hint(error: click.ClickException) -> str:
    """Return the message of an error, with the help command of a usage error."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" (see `{context.command_path} --help`)" if context is not None else ""
    return f"{error.format_message().rstrip()}{hint}"

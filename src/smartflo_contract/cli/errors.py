"""Exit codes, and errors as one line on standard error."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIG_DFL, Signals, getsignal, signal
from traceback import extract_tb
from typing import Any, Final, NoReturn

import click

from smartflo_contract.cli.terminal import echo

PROGRAM: Final = "smartflo-contract"
FINDINGS: Final = 1
"""Exit code: findings of the chosen severity."""
NOT_READY: Final = 1
"""Exit code of ``ready``: that of a failed health check of Docker."""
UNREADABLE: Final = 3
"""Exit code: a source cannot be read."""
INTERRUPTED: Final = 130
"""Exit code: Ctrl-C."""
_USAGE: Final = 2
_CRASH: Final = 70
"""Exit code of an internal error; ``EX_SOFTWARE`` of ``sysexits.h``."""
_ENDING_SIGNALS: Final = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGXCPU")
_PACKAGE: Final = Path(__file__).parents[1]


class SignalError(BaseException):
    """A signal ends the command; temporary files are deleted on the way.

    Attributes:
        number: the signal.
    """

    def __init__(self, number: int) -> None:
        """Keep the signal."""
        super().__init__(number)
        self.number = number


class CommandGroup(click.Group):
    """A group of commands that end by SIGPIPE if the reader of their output is gone, as other commands do.

    Click would exit with 1, the exit code of findings.
    """

    def make_context(self, *args: Any, **settings: Any) -> click.Context:
        """Return the context, after options such as ``--help``."""
        with _broken_pipe_as_signal():
            return super().make_context(*args, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with _broken_pipe_as_signal():
            return super().invoke(ctx)


def usage_error(message: str) -> click.UsageError:
    """Return the error that exits with code 2 and points to the help of the current command."""
    return click.UsageError(message, click.get_current_context())


def exit_with_one_line_errors(run: Callable[[], object], on_error: Callable[[str, int], object]) -> NoReturn:
    """Run a command and exit with its code; print an error as one line.

    Args:
        run: runs the command; returns its exit code, or anything else for success.
        on_error: called with the message and the exit code of an error with exit code 2, 3 or 70.
    """
    try:
        with _signals_as_errors():
            code = run()
    except SignalError as error:
        _end_by_signal(error.number)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _exit("interrupted", INTERRUPTED)
    except BrokenPipeError:  # commands end by SIGPIPE: it is click's line break after the ^C that nobody reads
        sys.exit(INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(_USAGE)
    except Exception as error:  # noqa: BLE001 - the last one: an internal error must not look like findings
        message, code = _describe(error)
        on_error(message, code)
        _exit(message, code)
    sys.exit(code if isinstance(code, int) else 0)


def discard_output() -> None:
    """Redirect standard output to the null device: what is still buffered would fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_error(message: str) -> None:
    """Print an error as one line on standard error."""
    echo(f"{PROGRAM}: {' '.join(message.split())}", err=True)


def _exit(message: str, code: int) -> NoReturn:
    with suppress(BrokenPipeError):
        print_error(message)
    sys.exit(code)


def _describe(error: Exception) -> tuple[str, int]:
    """Return the message and the exit code of an error."""
    if isinstance(error, click.ClickException):
        return _with_hint(error), _USAGE
    if isinstance(error, OSError):
        discard_output()
        return f"cannot write: {error.strerror}", _USAGE
    is_own = type(error).__module__.startswith("smartflo_contract")
    if is_own and isinstance(error, RuntimeError | ValueError):
        return str(error), UNREADABLE if isinstance(error, RuntimeError) else _USAGE
    return _crash_report(error), _CRASH


def _crash_report(error: Exception) -> str:
    """Return one line about an internal error, without its message, which may contain personal data."""
    frames = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_PACKAGE)]
    where = f" in {Path(frames[-1].filename).relative_to(_PACKAGE).as_posix()}:{frames[-1].lineno}" if frames else ""
    return f"internal error: {type(error).__name__}{where}. This is a bug. Please report this line{_issue_tracker()}."


def _issue_tracker() -> str:
    """Return where bugs are reported, according to the metadata of the package."""
    from importlib.metadata import PackageNotFoundError, metadata  # slow to import, and only needed for a crash

    with suppress(PackageNotFoundError):
        for entry in metadata(PROGRAM).get_all("Project-URL") or ():
            label, _, url = entry.partition(", ")
            if label.lower() in {"issues", "issue tracker", "bug tracker", "tracker"}:
                return f" at {url}"
    return " as SECURITY.md or CONTRIBUTING.md of the project describes"


def _with_hint(error: click.ClickException) -> str:
    """Return the message of an error, with the help command of a usage error."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" (see `{context.command_path} --help`)" if context is not None else ""
    return f"{error.format_message().rstrip()}{hint}"


@contextmanager
def _broken_pipe_as_signal() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        discard_output()
        raise SignalError(getattr(Signals, "SIGPIPE", 0)) from None


@contextmanager
def _signals_as_errors() -> Iterator[None]:
    """Raise :class:`SignalError` for signals that would end the process at once, so that temporary files are deleted.

    A signal that the caller ignores, as ``nohup`` does, stays ignored.
    """

    def end(number: int, _frame: object) -> NoReturn:
        raise SignalError(number)

    changed = []
    try:
        for name in _ENDING_SIGNALS:
            number = getattr(Signals, name, None)
            if number is not None and getsignal(number) == SIG_DFL:
                with suppress(ValueError):  # only the main thread may change handlers
                    signal(number, end)
                    changed.append(number)
        yield
    finally:
        for number in changed:
            signal(number, SIG_DFL)


def _end_by_signal(number: int) -> NoReturn:
    """End this process by a signal, as a command does that does not handle it."""
    if os.name == "posix":
        signal(Signals(number), SIG_DFL)
        os.kill(os.getpid(), number)
    sys.exit(128 + number)

"""Commands of the user as processes: exit codes, time limits, output, and what they leave behind."""

import os
import signal
import sys
import threading
from pathlib import Path
from threading import Event

import psutil
import pytest

from smartflo_contract.mutation.errors import CommandError
from smartflo_contract.mutation.processes import Outcome, Processes

FAST = (sys.executable, "-S", "-E", "-c")


def run(code: str, *, timeout: float | None = 60, **variables: str) -> Outcome:
    """Run Python code as a command, with variables added to its environment."""
    return Processes().run([*FAST, code], {**os.environ, **variables}, timeout=timeout)


def has_ended(process_id: int) -> bool:
    """Return whether a process has ended, whether its parent has noticed or not."""
    try:
        return psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_exit_code_and_last_line() -> None:
    """The reason is the exit code with the last line that is not blank, of both streams, without control characters."""
    outcome = run("import sys; print('out'); sys.stdout.flush(); sys.stderr.write('\\x1b[31mlast\\n\\n'); sys.exit(3)")

    assert outcome.exit_code == 3
    assert outcome.reason == "exit code 3: \\x1b[31mlast"


def test_last_lines_are_kept() -> None:
    """The end of the output is kept as lines, of bounded number and length."""
    outcome = run("for number in range(500): print(number)\nprint('x' * 5000)")

    assert ("498", "499") == outcome.last_lines[-3:-1]
    assert (20, 1003) == (len(outcome.last_lines), len(outcome.last_lines[-1]))


def test_secrets_of_the_environment_are_masked() -> None:
    """The value of a variable with a secret name is in no outcome, not even a part of it; others are."""
    code = "import os; print('x' * 190 + os.environ['CRM_PASSWORD'] + os.environ['CRM_ID'])"
    outcome = run(code, CRM_PASSWORD="open-sesame", CRM_ID="crm-4711")

    assert ("x" * 190 + "[masked]crm-4711",) == outcome.last_lines
    assert "x" * 190 + "[masked]cr..." == outcome.last_line


def test_part_of_a_secret_is_not_shown() -> None:
    """Only the end of the output is kept: it may start inside a secret."""
    after = 64 * 1024 - len("same\n")
    code = f"import os; print(os.environ['CRM_PASSWORD'] + 'x' * {after})"
    outcome = run(code, CRM_PASSWORD="open-sesame")

    assert set(outcome.last_lines[0]) <= {"x", "."}
    assert "exit code 0: " + "x" * 200 + "..." == outcome.reason


def test_success_without_output() -> None:
    """A command without output has its exit code as reason."""
    assert run("pass").reason == "exit code 0"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no signals")
def test_signal_is_named() -> None:
    """A command that a signal has ended has no exit code of its own."""
    assert run("import os; os.kill(os.getpid(), 9)").reason == "ended by SIGKILL"


def test_hanging_command_is_killed() -> None:
    """After the time limit, a command has no exit code."""
    outcome = run("import time; time.sleep(600)", timeout=0.1)

    assert outcome.exit_code is None
    assert outcome.reason.startswith("no end after ")


def test_command_that_leaves_a_process_behind_ends(tmp_path: Path) -> None:
    """A process that a command leaves behind in its group neither holds it up nor survives it."""
    code = (
        "import os\n"
        "child = os.fork()\n"
        f"child and open({str(tmp_path / 'child')!r}, 'w').write(str(child))\n"
        "child or __import__('time').sleep(600)"
    )
    outcome = run(code)

    assert outcome.exit_code == 0
    child = int((tmp_path / "child").read_text())
    assert any(has_ended(child) or Event().wait(0.01) for _ in range(1_000))  # the kernel ends it in a moment


@pytest.mark.slow
def test_daemon_that_holds_the_output_open_does_not_hold_up(tmp_path: Path) -> None:
    """A process that has left the group of its command keeps running, and is not waited for."""
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        f"    open({str(tmp_path / 'new')!r}, 'w').write(str(os.getpid()))\n"
        f"    os.rename({str(tmp_path / 'new')!r}, {str(tmp_path / 'daemon')!r})\n"
        "    time.sleep(600)\n"
        f"while not os.path.exists({str(tmp_path / 'daemon')!r}): time.sleep(0.01)\n"
        "print('started')"
    )
    outcome = run(code)
    psutil.Process(int((tmp_path / "daemon").read_text())).kill()

    assert "exit code 0: started" == outcome.reason


def test_much_output_is_read_and_not_kept() -> None:
    """A command that writes 100 MB neither blocks nor fills the memory; the end of the output counts."""
    before = psutil.Process().memory_info().rss
    outcome = run("import os\nfor _ in range(1600): os.write(1, b'x' * 65535 + b'\\n')\nos.write(1, b'done\\n')")

    assert "exit code 0: done" == outcome.reason
    assert psutil.Process().memory_info().rss - before < 32 * 1024 * 1024


@pytest.mark.slow
def test_a_gigabyte_of_output() -> None:
    """The same with 1 GB."""
    assert (
        "exit code 0: done"
        == run("import os\nfor _ in range(16384): os.write(1, b'x' * 65536)\nos.write(1, b'\\ndone')").reason
    )


@pytest.mark.parametrize("program", ["/nonexistent/program", ".", ""])
def test_program_that_cannot_be_started(program: str) -> None:
    """The error names the program and the reason in one line."""
    with pytest.raises(CommandError, match="cannot be started: ") as error:
        Processes().run([program], os.environ, timeout=1)

    assert "\n" not in str(error.value)


def test_end_kills_what_runs() -> None:
    """Commands that run in other threads end at once, and later ones do not start their work."""
    processes = Processes()
    outcomes: list[Outcome] = []
    command = [*FAST, "import time; print('runs', flush=True); time.sleep(600)"]
    thread = threading.Thread(target=lambda: outcomes.append(processes.run(command, os.environ, timeout=None)))
    thread.start()
    while thread.is_alive():
        processes.end()
        thread.join(0.01)

    assert [outcome.exit_code for outcome in outcomes] == [-signal.SIGKILL]
    assert processes.run(command, os.environ, timeout=None).exit_code == -signal.SIGKILL

"""Runs programs, measured, and in turn."""

import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "release"
OURS = BUILD / "fogis-redis"
TOOLS = BUILD / "tests" / "bench"
PATIENCE = 300  # seconds that one run may take


class Failure(Exception):
    """A comparison that could not be made, and why."""


def forget(path):
    """Makes the next run read the file from the disk, as an installed program is. What a linker has
    just written lies in small pieces in the page cache, which costs each start more page faults."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@dataclasses.dataclass(frozen=True)
class Run:
    """What one run of a program cost and said."""

    wall: float  # seconds
    user: float  # seconds of CPU
    system: float  # seconds of CPU
    peak: float  # bytes of resident memory
    code: int  # exit code; 128 + signal
    output: str  # stdout
    errors: str  # stderr

    @property
    def cpu(self):
        return self.user + self.system


class Running:
    """A program that has been started. Leaving the context ends it if it still runs."""

    def __init__(self, command, stdin=None):
        self.command = [str(word) for word in command]
        ours, theirs = os.pipe()
        # Files, because nobody reads a pipe while several programs run at once.
        self._output = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")
        self._errors = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")
        try:
            self._process = subprocess.Popen(
                [TOOLS / "measured-run", str(theirs), *self.command],
                stdin=stdin if stdin is not None else subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._errors,
                pass_fds=[theirs],
                env=environment(),
            )
        finally:
            os.close(theirs)
        self._report = os.fdopen(ours, encoding="ascii")
        pid = self._report.readline()
        self.pid = int(pid) if pid else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None and self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self._process.wait()
        for file in (self._report, self._output, self._errors):
            file.close()

    def output_so_far(self):
        """What it has written to stdout up to now."""
        return os.pread(self._output.fileno(), 1 << 30, 0).decode("utf-8", "replace")

    def ends_with(self, text):
        """Whether the last line that it has written to stdout ends so. Reads no more than that."""
        size = os.fstat(self._output.fileno()).st_size
        tail = os.pread(self._output.fileno(), len(text) + 1, max(0, size - len(text) - 1))
        return tail == text.encode() + b"\n"

    def suspend(self):
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def interrupt(self):
        os.kill(self.pid, signal.SIGINT)

    def finish(self, expect=(0,)):
        """Waits for its end. A Failure when it takes too long or its exit code is none of `expect`."""
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"takes more than {PATIENCE} s: {' '.join(self.command)}") from None
        report = self._report.readline().split()
        texts = []
        for file in (self._output, self._errors):
            file.seek(0)
            texts.append(file.read())
        if len(report) != 5:
            raise Failure(f"cannot run {' '.join(self.command)}: {texts[1].strip()}")
        wall, user, system, peak, code = (int(field) for field in report)
        if code not in expect:
            raise Failure(
                f"exit code {code} from {' '.join(self.command)}: {(texts[1] or texts[0]).strip()}"
            )
        return Run(wall / 1e9, user / 1e6, system / 1e6, peak * 1024.0, code, texts[0], texts[1])


def environment():
    """A plain environment: what the caller has set for Redis must not change the figures."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8"}


def start(command, stdin=None):
    return Running(command, stdin)


def run(command, expect=(0,), stdin=None):
    """Runs a program to its end, measured. `stdin`: an open file, else nothing."""
    with Running(command, stdin) as running:
        return running.finish(expect)


def in_turn(rounds, *subjects):
    """Calls each subject once a round and returns a list of results for each.

    They take turns, so that whatever else the machine does meets all of them; every second round
    goes backwards, so that none always follows the same other one. The first, uncounted round
    warms caches up.
    """
    results = [[] for _ in subjects]
    order = list(range(len(subjects)))
    for number in range(rounds + 1):
        for index in order if number % 2 == 0 else reversed(order):
            result = subjects[index]()
            if number > 0:
                results[index].append(result)
    return results


def commands_in_turn(rounds, *commands):
    """in_turn for programs: a list of Runs for each command."""
    return in_turn(rounds, *[lambda command=command: run(command) for command in commands])


def tool_version(*command):
    """The first line of what a program says about its version."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError) as fault:
        raise Failure(f"cannot run {' '.join(command)}: {fault}") from None
    return (said.stdout or said.stderr).strip().splitlines()[0]

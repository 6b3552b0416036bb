"""A server to measure against."""

import contextlib
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from measuring.programs import Failure


class Server:
    """A redis-server of our own, without persistence, on a unix socket and a port of 127.0.0.1."""

    def __init__(self, *arguments, program="redis-server"):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="fogis-compare-"))
        self.socket = self.directory / "redis.sock"
        self.port = free_port()
        self.program = program
        self._arguments = arguments
        self._process = None

    @property
    def url(self):
        return f"unix://{self.socket}"

    @property
    def tcp_url(self):
        return f"redis://127.0.0.1:{self.port}"

    def __enter__(self):
        try:
            self._process = subprocess.Popen(
                [
                    self.program,
                    *("--port", str(self.port), "--bind", "127.0.0.1"),
                    *("--unixsocket", str(self.socket), "--dir", str(self.directory)),
                    *("--save", "", "--appendonly", "no", "--logfile", str(self.directory / "log")),
                    *self._arguments,
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._await_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def command(self, text):
        """Sends one inline command and returns the first bytes of what is answered."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.socket))
            connection.sendall(text.encode() + b"\r\n")
            return connection.recv(1 << 16).decode("utf-8", "replace")

    def _await_ready(self):
        give_up = time.monotonic() + 10
        while time.monotonic() < give_up:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                if self.command("PING").startswith("+PONG"):
                    return
            time.sleep(0.01)
        log = self.directory / "log"
        raise Failure(f"{self.program} does not start: {log.read_text() if log.exists() else ''}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

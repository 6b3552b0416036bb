"""monitor: what a look a second costs the server, beside an INFO a second; half a minute a round."""

import re

from measuring import figures, programs
from measuring.server import Server

TITLE = "A look a second at a server"
PEERS = {"redis-cli": ("redis-cli", "--version")}
LOOKS = 10
COMMANDS = {
    "ours": f"fogis-redis -u unix://SOCKET monitor --count {LOOKS}, and with --canary",
    "redis-cli": f"redis-cli -s SOCKET -r {LOOKS} -i 1 INFO",
}
ROUNDS = 5


def cpu_of(server):
    """Processor time of the server up to now, in seconds, as it tells itself."""
    told = dict(re.findall(r"(used_cpu_(?:sys|user)):([0-9.]+)", server.command("INFO cpu")))
    if len(told) != 2:
        raise programs.Failure("the server does not tell its processor time")
    return sum(float(value) for value in told.values())


def server_time(server, command):
    """A subject: runs the command and returns what the server has spent on each second of it."""

    def subject():
        before = cpu_of(server)
        programs.run(command)
        return (cpu_of(server) - before) / LOOKS

    return subject


def compare(rounds):
    looks = ("monitor", "--count", str(LOOKS), "--interval", "1s")
    with Server() as server:
        ours = [programs.OURS, "-u", server.url, *looks]
        idle, look, probe, info = programs.in_turn(
            rounds,
            server_time(server, ["sleep", str(LOOKS)]),
            server_time(server, ours),
            server_time(server, [*ours, "--canary"]),
            server_time(server, ["redis-cli", "-s", server.socket, "-r", str(LOOKS), "-i", "1", "INFO"]),
        )
    return [
        figures.Figure(name, "ms", figures.milliseconds(measured), figures.milliseconds(info))
        for name, measured in (
            ("CPU time of the server in a second, one look", look),
            ("the same with canaries", probe),
            ("the same with nobody looking", idle),
        )
    ]

"""ping: one PING to a server on a unix socket, from the start of the process to its end."""

from measuring import figures, programs
from measuring.server import Server

TITLE = "One PING"
PEERS = {"redis-cli": ("redis-cli", "--version")}
COMMANDS = {
    "ours": "fogis-redis -u unix://SOCKET ping",
    "redis-cli": "redis-cli -s SOCKET ping",
}
ROUNDS = 200


def compare(rounds):
    with Server() as server:
        ours, peer = programs.commands_in_turn(
            rounds,
            [programs.OURS, "-u", server.url, "ping"],
            ["redis-cli", "-s", server.socket, "ping"],
        )
    return [
        figures.Figure(
            "wall time",
            "ms",
            figures.milliseconds(run.wall for run in ours),
            figures.milliseconds(run.wall for run in peer),
            figures.ratio_at_most(0.35),
        ),
        figures.Figure(
            "CPU time",
            "ms",
            figures.milliseconds(run.cpu for run in ours),
            figures.milliseconds(run.cpu for run in peer),
        ),
        figures.Figure(
            "peak resident memory",
            "MiB",
            figures.mebibytes(run.peak for run in ours),
            figures.mebibytes(run.peak for run in peer),
            figures.at_most(5.0),
        ),
    ]

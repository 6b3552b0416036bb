"""suite: the default test suite against a server on a unix socket."""

from measuring import figures, programs
from measuring.server import Server

TITLE = "The default test suite"
PEERS = {}
COMMANDS = {"ours": "fogis-redis -u unix://SOCKET test-suite"}
ROUNDS = 9


def compare(rounds):
    with Server() as server:
        (ours,) = programs.commands_in_turn(
            rounds, [programs.OURS, "-u", server.url, "test-suite"]
        )
    return [
        figures.wall_time(ours),
        figures.cpu_time(ours),
        figures.peak_memory(ours, goal=figures.at_most(8.0)),
    ]

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
        figures.wall_time(ours, peer, figures.ratio_at_most(0.35)),
        figures.cpu_time(ours, peer),
        figures.peak_memory(ours, peer, figures.at_most(5.0)),
    ]

"""Our load program beside redis-benchmark: what `set` and `pipeline` share."""

import csv
import dataclasses

from measuring import figures, programs
from measuring.server import Server

PEERS = {"redis-benchmark": ("redis-benchmark", "--version")}


@dataclasses.dataclass(frozen=True)
class Load:
    rate: float  # operations a second, as the program itself counts
    p50: float  # milliseconds
    cpu: float  # seconds, of the whole run


def run_ours(mode, server, operations):
    run = programs.run([programs.TOOLS / "redis-load", mode, server.socket, operations])
    rate, p50 = run.output.split()
    return Load(float(rate), float(p50), run.cpu)


def run_peer(server, operations, options):
    run = programs.run(
        ["redis-benchmark", "-s", server.socket, "-t", "set", "-n", operations, *options, "--csv"]
    )
    row = next(csv.DictReader(run.output.splitlines()))
    return Load(float(row["rps"]), float(row["p50_latency_ms"]), run.cpu)


def load(mode, operations, rounds, *options):
    """Both in turn against one server; `options` are those of redis-benchmark."""
    with Server() as server:
        return programs.in_turn(
            rounds,
            lambda: run_ours(mode, server, operations),
            lambda: run_peer(server, operations, options),
        )


def rate(ours, peer, goal):
    return figures.Figure(
        "operations",
        "1/s",
        [load.rate for load in ours],
        [load.rate for load in peer],
        goal,
    )


def cpu(ours, peer, operations):
    return figures.Figure(
        "CPU time of the client",
        "µs/op",
        [load.cpu / operations * 1e6 for load in ours],
        [load.cpu / operations * 1e6 for load in peer],
    )

"""set: one SET after the other on one connection over a unix socket, each waited for."""

from measuring import benchmark, figures

TITLE = "SET after SET on one connection"
PEERS = benchmark.PEERS
OPERATIONS = 50_000
COMMANDS = {
    "ours": f"redis-load set SOCKET {OPERATIONS} (lib/redis, see tests/bench)",
    "redis-benchmark": f"redis-benchmark -s SOCKET -c 1 -t set -n {OPERATIONS} --csv",
}
ROUNDS = 15


def compare(rounds):
    ours, peer = benchmark.load("set", OPERATIONS, rounds, "-c", "1")
    return [
        benchmark.rate(ours, peer, figures.ratio_at_least(0.95)),
        # Both tell it in steps of a microsecond, about a twentieth of it: one step is no difference.
        figures.Figure(
            "p50 of one SET",
            "ms",
            [load.p50 for load in ours],
            [load.p50 for load in peer],
            figures.ratio_at_most(1.05),
        ),
        benchmark.cpu(ours, peer, OPERATIONS),
    ]

"""pipeline: SETs on one connection over a unix socket, a hundred under way at a time."""

from measuring import benchmark, figures

TITLE = "100,000 pipelined SETs on one connection"
PEERS = benchmark.PEERS
OPERATIONS = 100_000
COMMANDS = {
    "ours": f"redis-load pipeline SOCKET {OPERATIONS} (lib/redis, see tests/bench)",
    "redis-benchmark": f"redis-benchmark -s SOCKET -c 1 -P 100 -t set -n {OPERATIONS} --csv",
}
ROUNDS = 25


def compare(rounds):
    ours, peer = benchmark.load("pipeline", OPERATIONS, rounds, "-c", "1", "-P", "100")
    return [
        benchmark.rate(ours, peer, figures.ratio_at_least(0.9)),
        benchmark.cpu(ours, peer, OPERATIONS),
    ]

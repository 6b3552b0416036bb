"""subscribe: a flood of a million short messages, received and written to a file."""

from measuring import figures, flood, programs
from measuring.server import Server

MESSAGES = 1_000_000  # whole pipelines of 64: redis-benchmark sends no part of one
FEW, MANY = 100_000, 5_000_000
TITLE = "1,000,000 messages received"
PEERS = {"redis-cli": ("redis-cli", "--version")}
COMMANDS = {
    "ours": "fogis-redis -u unix://SOCKET subscribe bench:c the:end -o raw > FILE",
    "redis-cli": "redis-cli -s SOCKET subscribe bench:c the:end > FILE",
    "the flood": f"redis-benchmark -s SOCKET -c 1 -P 64 -n {MESSAGES} publish bench:c MESSAGE",
}
ROUNDS = 5


def receive(server, command, messages):
    return flood.receive(
        server, command, 2, lambda: flood.benchmark(server, "bench:c", messages)
    )


def compare(rounds):
    with Server(*flood.SERVER_OPTIONS) as server:
        command = [programs.OURS, "-u", server.url, "subscribe", "bench:c", "the:end", "-o", "raw"]
        peer_command = ["redis-cli", "-s", server.socket, "subscribe", "bench:c", "the:end"]
        ours, peer = programs.in_turn(
            rounds,
            lambda: receive(server, command, MESSAGES),
            lambda: receive(server, peer_command, MESSAGES),
        )
        for run in ours:
            # The flood, and the message that ends it.
            if flood.lines_in(run.output) != MESSAGES + 1:
                raise programs.Failure(f"{flood.lines_in(run.output)} messages arrived")
        few = [receive(server, command, FEW) for _ in range(2)]
        many = [receive(server, command, MANY) for _ in range(2)]
    return [
        figures.cpu_time_each(
            ours, peer, MESSAGES, "the subscriber", goal=figures.ratio_at_most(1.0)
        ),
        figures.peak_memory(ours, peer),
        figures.peak_memory(
            many,
            few,
            figures.ratio_at_most(1.1),
            where=f" at {MANY:,} messages",
            peer_name=f"beside ours at {FEW:,}",
        ),
    ]

"""publish: a million lines published as a message each, on one connection over a unix socket."""

import tempfile

from measuring import figures, programs
from measuring.server import Server

MESSAGES = 1_000_000
TITLE = "1,000,000 lines published"
PEERS = {"redis-benchmark": ("redis-benchmark", "--version")}
COMMANDS = {
    "ours": "fogis-redis -u unix://SOCKET publish bench:c --file LINES --ndjson",
    "redis-benchmark": (
        f"redis-benchmark -s SOCKET -c 1 -P 64 -n {MESSAGES} publish bench:c 'message 1234567'"
    ),
}
ROUNDS = 5


def compare(rounds):
    with Server() as server, tempfile.NamedTemporaryFile("w") as lines:
        for number in range(MESSAGES):
            lines.write(f"message {number:07}\n")
        lines.flush()
        ours, peer = programs.commands_in_turn(
            rounds,
            [programs.OURS, "-u", server.url, "publish", "bench:c", "--file", lines.name, "--ndjson"],
            [
                *("redis-benchmark", "-s", server.socket, "-c", "1", "-P", "64"),
                *("-n", MESSAGES, "publish", "bench:c", "message 1234567"),
            ],
        )
    for run in ours:
        if f"{MESSAGES} confirmed" not in run.output:
            raise programs.Failure(f"not all are confirmed: {run.output}")
    return [
        figures.Figure(
            "messages, whole run",
            "1/s",
            [MESSAGES / run.wall for run in ours],
            [MESSAGES / run.wall for run in peer],
            figures.ratio_at_least(1.0),
        ),
        figures.cpu_time_each(ours, peer, MESSAGES, "the client"),
        figures.peak_memory(ours, peer),
    ]

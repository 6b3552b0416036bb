"""channels: the cost of a message when there are many subscriptions, messages spread over all."""

from measuring import figures, flood, programs
from measuring.server import Server

MESSAGES = 320_000  # whole pipelines of 64: redis-benchmark sends no part of one
TITLE = "Many channels, many patterns"
PEERS = {}
COMMANDS = {
    "ours": "fogis-redis -u unix://SOCKET subscribe CHANNELS the:end -o raw > FILE",
    "the flood": (
        f"redis-benchmark -s SOCKET -c 1 -P 64 -n {MESSAGES} -r CHANNELS "
        "publish c:__rand_int__ MESSAGE"
    ),
}
ROUNDS = 3


def names(count):
    """What redis-benchmark makes of c:__rand_int__ with -r `count`."""
    return [f"c:{number:012}" for number in range(count)]


def channels(count):
    return names(count)


def patterns(count):
    return [word for name in names(count) for word in ("--pattern", f"{name}*")]


def compare(rounds):
    with Server(*flood.SERVER_OPTIONS) as server:

        def receive(subscriptions, count):
            command = [programs.OURS, "-u", server.url, "subscribe", "the:end", "-o", "raw"]
            run = flood.receive(
                server,
                [*command, *subscriptions(count)],
                count + 1,
                lambda: flood.benchmark(server, "c:__rand_int__", MESSAGES, "-r", count),
                # A server with many patterns delivers more slowly, in smaller pieces.
                held=True,
            )
            if flood.lines_in(run.output) != MESSAGES + 1:
                raise programs.Failure(f"{flood.lines_in(run.output)} messages arrived")
            return run.cpu / MESSAGES * 1e6

        kinds = [(channels, 1), (channels, 10), (channels, 100), (channels, 1000)]
        kinds += [(patterns, 1), (patterns, 10), (patterns, 100)]
        results = programs.in_turn(
            rounds, *[lambda kind=kind: receive(*kind) for kind in kinds]
        )
    table = []
    for (kind, count), costs in zip(kinds, results):
        one = results[0] if kind is channels else results[4]
        table.append(
            figures.Figure(
                f"{count:,} {kind.__name__}",
                "µs/message",
                costs,
                one if count > 1 else [],
                figures.ratio_at_most(1.25) if count > 1 else None,
                peer_name="beside one" if count > 1 else "",
            )
        )
    return table

"""A subscriber under a flood of messages: what `subscribe`, `validate` and `channels` share."""

import signal
import time

from measuring import programs

LAST = "the last message"
PATIENCE = 300  # seconds

# A subscriber that falls behind would be cut; here it is to be measured, however slow it is.
SERVER_OPTIONS = ("--client-output-buffer-limit", "pubsub 0 0 0")


def benchmark(server, channel, messages, *options):
    """Floods a channel, from the program that sends fastest."""
    return programs.run(
        [
            *("redis-benchmark", "-s", server.socket, "-c", "1", "-P", "64", "-n", messages),
            *options,
            *("publish", channel, "a message of 32 bytes, no longer."),
        ]
    )


def await_subscriptions(server, count):
    """Until the server has so many channels and patterns with a subscriber."""
    give_up = time.monotonic() + PATIENCE
    command = ["redis-cli", "-s", server.socket, "INFO", "stats"]
    while time.monotonic() < give_up:
        lines = programs.run(command).output.splitlines()
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        if int(fields["pubsub_channels"]) + int(fields["pubsub_patterns"]) >= count:
            return
        time.sleep(0.01)
    raise programs.Failure("a subscriber does not subscribe")


def await_end(running):
    """Until the last message is in its output."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if running.ends_with(LAST):
            return
        time.sleep(0.02)
    raise programs.Failure(f"messages are missing: {' '.join(running.command)}")


def receive(server, command, subscriptions, flood, expect=(0,), held=False):
    """Runs a subscriber during a flood and stops it when it has everything.

    `held`: it is suspended meanwhile and reads all of it afterwards, so that its cost does not
    depend on how fast the server delivers.
    """
    with programs.start(command) as running:
        await_subscriptions(server, subscriptions)
        if held:
            running.suspend()
        flood()
        programs.run(["redis-cli", "-s", server.socket, "publish", "the:end", LAST])
        if held:
            running.resume()
        await_end(running)
        running.interrupt()
        return running.finish(expect=(*expect, 128 + signal.SIGINT))


def lines_in(text):
    return text.count("\n")

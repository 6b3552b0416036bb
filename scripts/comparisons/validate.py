"""validate: messages of the enhanced shape, a match each, received and judged by the contract."""

import datetime
import json
import tempfile
import uuid

from measuring import figures, flood, programs
from measuring.server import Server

MESSAGES = 50_000
TITLE = f"{MESSAGES:,} messages received and judged"
PEERS = {}
COMMANDS = {
    "ours": "fogis-redis -u unix://SOCKET subscribe bench:c the:end --validate -o raw > FILE",
    "the flood": "fogis-redis -u unix://SOCKET publish bench:c --file MESSAGES --ndjson",
}
ROUNDS = 5

FIXTURE = programs.ROOT / "tests/fixtures/messages/valid/match-updates-enhanced-v2.json"


def make_messages():
    """A message a line, each with an id of its own; returns them, and the size of one."""
    message = json.loads(FIXTURE.read_text(encoding="utf-8"))
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    message["timestamp"] = now
    payload = message["payload"]
    payload["matches"] = payload["matches"][:1]
    payload["matches"][0]["team_contacts"] = []
    payload["metadata"].update(total_matches=1, processing_timestamp=now)
    lines = []
    for _ in range(MESSAGES):
        message["message_id"] = str(uuid.uuid4())
        lines.append(json.dumps(message, ensure_ascii=False, separators=(",", ":")))
    return lines, len(lines[0].encode())


def compare(rounds):
    lines, size = make_messages()
    with Server(*flood.SERVER_OPTIONS) as server, tempfile.NamedTemporaryFile("w") as file:
        file.write("\n".join(lines))
        file.flush()
        publish = [programs.OURS, "-u", server.url, "publish", "bench:c", "--file", file.name, "--ndjson"]
        subscribe = [programs.OURS, "-u", server.url, "subscribe", "bench:c", "the:end", "-o", "raw"]

        def receive(*options):
            # The message that ends the flood is none of FOGIS: its verdict is no.
            return flood.receive(
                server, [*subscribe, *options], 2, lambda: programs.run(publish), expect=(0, 1)
            )

        ours, plain = programs.in_turn(rounds, lambda: receive("--validate"), receive)
    for run in ours:
        if "invalid: 1," not in run.errors:
            raise programs.Failure(f"the messages are not what they should be: {run.errors}")
    return [
        figures.Figure(
            f"messages of {size} bytes, on one core",
            "1/s",
            [MESSAGES / run.cpu for run in ours],
            goal=figures.at_least(20_000),
        ),
        figures.cpu_time_each(
            ours,
            plain,
            MESSAGES,
            "the subscriber",
            peer_name="beside ours without --validate",
        ),
        figures.peak_memory(ours, goal=figures.at_most(16.0)),
    ]

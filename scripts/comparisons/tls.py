"""tls: one PING over TLS on 127.0.0.1, certificate verified: what TLS adds when it is used."""

import pathlib
import subprocess
import tempfile

from measuring import figures, programs
from measuring.server import Server, free_port

TITLE = "One PING over TLS"
PEERS = {"redis-cli": ("redis-cli", "--version")}
COMMANDS = {
    "ours": "fogis-redis -u rediss://127.0.0.1:PORT --cacert CERT ping",
    "redis-cli": "redis-cli -h 127.0.0.1 -p PORT --tls --cacert CERT ping",
}
ROUNDS = 100


def make_certificate(directory):
    """A key and a certificate of its own for 127.0.0.1; returns their paths."""
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    command = [
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", key, "-out", certificate),
    ]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode != 0:
        raise programs.Failure(f"openssl cannot make a certificate: {made.stderr.strip()}")
    return key, certificate


def compare(rounds):
    with tempfile.TemporaryDirectory(prefix="fogis-compare-") as directory:
        key, certificate = make_certificate(pathlib.Path(directory))
        port = free_port()
        options = [
            *("--tls-port", str(port), "--tls-auth-clients", "no"),
            *("--tls-cert-file", str(certificate), "--tls-key-file", str(key)),
            *("--tls-ca-cert-file", str(certificate)),
        ]
        with Server(*options) as server:
            ours, plain, peer = programs.commands_in_turn(
                rounds,
                [programs.OURS, "-u", f"rediss://127.0.0.1:{port}", "--cacert", certificate, "ping"],
                [programs.OURS, "-u", server.tcp_url, "ping"],
                ["redis-cli", "-h", "127.0.0.1", "-p", port, "--tls", "--cacert", certificate, "ping"],
            )
    return [
        figures.wall_time(ours, peer),
        figures.cpu_time(ours, peer),
        figures.peak_memory(ours, peer),
        figures.peak_memory(ours, plain, peer_name="beside ours without TLS"),
    ]

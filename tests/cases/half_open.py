# A proxy in front of a server that loses its first connection as a firewall does: from LOSE seconds after
# its start nothing passes on it any more, and neither side is told. New connections work.
# Arguments: LISTEN-PORT SERVER-SOCKET LOSE
import socket
import sys
import threading
import time

port, path, lose = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
started = time.monotonic()


def pass_on(source, target, born):
    while data := source.recv(65536):
        while born < lose <= time.monotonic() - started:
            time.sleep(3600)
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


with socket.create_server(("127.0.0.1", port)) as listener:
    while True:
        client = listener.accept()[0]
        server = socket.socket(socket.AF_UNIX)
        server.connect(path)
        born = time.monotonic() - started
        for pair in ((client, server), (server, client)):
            threading.Thread(target=pass_on, args=(*pair, born), daemon=True).start()

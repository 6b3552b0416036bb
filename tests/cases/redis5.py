# A server as before Redis 6: AUTH takes a password alone, and nobody knows HELLO.
# Arguments: SOCKET PASSWORD, which may be empty
import socketserver
import sys

path, password = sys.argv[1], sys.argv[2]


class Client(socketserver.StreamRequestHandler):
    def handle(self):
        let_in = not password
        while header := self.rfile.readline():
            words = []
            for _ in range(int(header[1:])):
                length = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(length + 2)[:-2].decode())
            command = words[0].upper()
            if command == "AUTH" and len(words) != 2:
                reply = "-ERR wrong number of arguments for 'auth' command"
            elif command == "AUTH" and not password:
                reply = "-ERR Client sent AUTH, but no password is set"
            elif command == "AUTH":
                let_in = words[1] == password
                reply = "+OK" if let_in else "-ERR invalid password"
            elif command == "HELLO":
                reply = "-ERR unknown command `HELLO`, with args beginning with: "
            elif not let_in:
                reply = "-NOAUTH Authentication required."
            else:
                reply = "+PONG" if command == "PING" else "+OK"
            self.wfile.write(reply.encode() + b"\r\n")


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


Server(path, Client).serve_forever()

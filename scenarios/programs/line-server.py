# SPDX-License-Identifier: GPL-2.0-or-later
# Python's socketserver with nothing set: it does not ask for SO_REUSEADDR. It answers each line, on the port that is its
# argument.
import socketserver
import sys


class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(b"heard " + line)


socketserver.TCPServer(("0.0.0.0", int(sys.argv[1])), Answer).serve_forever()

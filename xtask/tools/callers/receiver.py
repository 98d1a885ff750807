"""Receives webhooks as somebody else's back-end would: verified by Standard Webhooks' own library, and by nothing of ours.

The signing secret is read from the first line of standard input. The port is written to standard output, and then a line of
JSON for each webhook.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

SECRET = sys.stdin.readline().strip()


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        line = {
            "id": headers.get("webhook-id"),
            "timestamp": headers.get("webhook-timestamp"),
            "signature": headers.get("webhook-signature"),
            "body": raw.decode("utf-8", "replace"),
        }
        try:
            line["read"] = Webhook(SECRET).verify(raw, headers)
            line["ok"] = True
        except (WebhookVerificationError, ValueError) as fault:
            line["ok"], line["why"] = False, f"{type(fault).__name__}: {fault}"
        # One write a line: threads do not mix.
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        self.send_response(204 if line["ok"] else 400)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()

"""A service on this machine that Apprise and webhooks post to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import SecretStr

TOKEN = "token-of-nobody"  # noqa: S105  nobody's
_HANGS_SECONDS = 30


class Receiver:
    """Takes what is posted, or hangs while it is not free, or answers another status.

    Attributes
    ----------
    taken : list of dict
        What was posted, the oldest first.
    address : SecretStr
        As Apprise writes it, with a token in it.
    """

    token = TOKEN

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.status = 200
        self.free = threading.Event()
        self.free.set()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.free.wait(_HANGS_SECONDS)
                if service.status == 200:
                    service.taken.append(json.loads(body))
                self.send_response(service.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = SecretStr(f"json://127.0.0.1:{self._server.server_port}/{TOKEN}")
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def texts(self) -> list[str]:
        """The messages."""
        return [taken["message"] for taken in self.taken]

    def close(self) -> None:
        """Let go of the port."""
        self.free.set()
        self._server.shutdown()
        self._server.server_close()

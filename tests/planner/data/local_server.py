"""A server of files on this machine, with ranges and with the faults of real servers."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Files:
    """What the server holds and how it fails.

    ``faults``: for a path, what its next answers are: a status, ``("cut", n)`` (the connection ends
    after n bytes), ``("wrong", n)`` (byte n is changed), ``("redirect", address)``, ``"silent"``,
    ``"whole"`` (ranges are ignored), ``("status", code, headers)``. Then it serves the file.
    """

    content: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    bytes_sent: int = 0
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)


def _handler(files: Files) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            asked = self.headers.get("Range")
            files.requests.append((self.path, asked))
            fault = files.faults[path].pop(0) if files.faults[path] else None
            if fault == "silent":
                files.released.wait(20)
                self.close_connection = True
            elif isinstance(fault, int):
                self._empty(fault, {})
            elif isinstance(fault, tuple) and fault[0] == "status":
                self._empty(fault[1], fault[2])
            elif isinstance(fault, tuple) and fault[0] == "redirect":
                self._empty(302, {"Location": fault[1]})
            elif path not in files.content:
                self._empty(404, {})
            else:
                self._file(files.content[path], None if fault == "whole" else asked, fault)

        def _empty(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _file(self, content: bytes, asked: str | None, fault: Any) -> None:
            mark = f'"{hashlib.md5(content).hexdigest()}"'
            first, last, status = 0, len(content) - 1, 200
            unchanged = self.headers.get("If-Range", mark) == mark
            if asked and unchanged:
                start, _, stop = asked.removeprefix("bytes=").partition("-")
                first, last, status = int(start), min(int(stop or last), last), 206
                if first > last:
                    self._empty(416, {"Content-Range": f"bytes */{len(content)}"})
                    return
            body = bytearray(content[first : last + 1])
            if isinstance(fault, tuple) and fault[0] == "wrong":
                body[fault[1]] ^= 0xFF
            self.send_response(status)
            self.send_header("ETag", mark)
            self.send_header("Content-Length", str(len(body)))
            if status == 206:
                self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            self.end_headers()
            if isinstance(fault, tuple) and fault[0] == "cut":
                body = body[: fault[1]]
                self.close_connection = True
            with suppress(ConnectionError):
                self.wfile.write(body)
            files.bytes_sent += len(body)

    return Handler


@contextmanager
def served() -> Iterator[Files]:
    """Serve files until the end of the block."""
    files = Files()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(files))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    files.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield files
    finally:
        files.released.set()
        server.shutdown()
        server.server_close()
        thread.join()

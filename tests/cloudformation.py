"""CloudFormation as a custom resource sees it: an event with an address, and who waits there."""

from __future__ import annotations

import http.server
import json
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

NAMED = {"StackId": "stack", "RequestId": "request", "LogicalResourceId": "SchemaMigration"}


class CloudFormation(http.server.HTTPServer):
    """Takes answers as S3 does behind the presigned address."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.answers: list[dict[str, Any]] = []
        self.status = 200

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()
        self._thread.join(5)
        self.server_close()

    def event(self, request_type: str = "Create") -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.server_port}/answer"
        return {"RequestType": request_type, "ResponseURL": url, **NAMED}


class _Answers(http.server.BaseHTTPRequestHandler):
    server: CloudFormation

    def do_PUT(self) -> None:  # http.server's name for it
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answers.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # http.server's name
        pass

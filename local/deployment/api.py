"""The deployed API, called as a learning platform would: with a token."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from typing import Any

_TIMEOUT_S = 60


class DeployedApi:
    """One API and stage of the emulated account."""

    def __init__(self, endpoint_url: str, api_id: str, stage: str, *, token: str) -> None:
        at = urllib.parse.urlsplit(f"{endpoint_url}/_aws/execute-api/{api_id}/{stage}")
        self._host, self._base = at.netloc, at.path
        self._token = token

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return the status and the JSON of the answer."""
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connection = http.client.HTTPConnection(self._host, timeout=_TIMEOUT_S)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, self._base + path, text, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

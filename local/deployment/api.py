"""The deployed API, called as a learning platform would: signed with AWS credentials."""

from __future__ import annotations

import http.client
import json
import urllib.parse
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.emulator.emulator import REGION

_TIMEOUT_S = 60


class DeployedApi:
    """One API and stage of the emulated account."""

    def __init__(self, endpoint_url: str, api_id: str, stage: str) -> None:
        self._base = f"{endpoint_url}/_aws/execute-api/{api_id}/{stage}"

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return the status and the JSON of the answer."""
        request = AWSRequest(
            method=method,
            url=self._base + path,
            data=None if body is None else json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        SigV4Auth(Credentials("local", "local"), "execute-api", REGION).add_auth(request)
        return _sent(request)


def _sent(request: AWSRequest) -> tuple[int, Any]:
    where = urllib.parse.urlsplit(str(request.url))
    connection = http.client.HTTPConnection(where.netloc, timeout=_TIMEOUT_S)
    try:
        connection.request(
            str(request.method), where.path, request.data, dict(request.headers.items())
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()

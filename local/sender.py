"""A learning platform in miniature: PUTs a catalogue, POSTs events, keeps what was acknowledged."""

from __future__ import annotations

import http.client
import json
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from local.example import Catalogue, Event

PER_POST = 200
_TIMEOUT_S = 30
_TRIES = 20
_RENEWED_AFTER_S = 3600
MACHINE, PERSON = "platform", "registrar"  # who sends events; who puts and asks
Sent = tuple[str, str]  # (event_id, occurred_at as sent)


class SenderError(Exception):
    """The API refused what the sender was sure of."""


class Sender:
    """One connection to the API; `acknowledged` is the list that every check starts from."""

    def __init__(self, port: int, *, token: Callable[[str], str]) -> None:
        self.acknowledged: list[Sent] = []
        self._port = port
        self._token = token  # by the name of a ready-made person or machine
        self._tokens: dict[str, tuple[float, str]] = {}
        self._connection: http.client.HTTPConnection | None = None

    def put_catalogue(self, catalogue: Catalogue) -> None:
        """PUT a course and its work; safe to repeat."""
        course = catalogue["course_id"]
        self._expect("PUT", f"/v1/courses/{course}", catalogue["course"], (200, 201))
        for item, body in catalogue["items"].items():
            self._expect("PUT", f"/v1/courses/{course}/items/{item}", body, (200, 201))

    def post(self, events: Sequence[Event]) -> None:
        """POST events until the stream has acknowledged each; SenderError when one is refused."""
        for part in _parts(events):
            waiting = list(part)
            for _ in range(_TRIES):
                status, answer = self._call("POST", "/v1/events", waiting, name=MACHINE)
                if status not in {202, 503} or answer.get("rejected"):
                    raise SenderError(f"POST /v1/events: {status} {str(answer)[:300]}")
                done = {one["index"] for one in answer.get("accepted", ())}
                self.acknowledged += [
                    (waiting[i]["event_id"], waiting[i]["occurred_at"]) for i in sorted(done)
                ]
                waiting = [event for i, event in enumerate(waiting) if i not in done]
                if not waiting:
                    break
                time.sleep(0.2)
            else:
                raise SenderError(f"the stream does not take {len(waiting)} events")

    def get(self, path: str) -> Any:
        """Return the JSON of a GET."""
        return self._expect("GET", path, None, (200,))

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _signed_in(self, name: str) -> str:
        made, token = self._tokens.get(name, (0.0, ""))
        if time.monotonic() - made > _RENEWED_AFTER_S or not token:
            made, token = time.monotonic(), self._token(name)
            self._tokens[name] = (made, token)
        return f"Bearer {token}"

    def _expect(self, method: str, path: str, body: Any, statuses: tuple[int, ...]) -> Any:
        status, answer = self._call(method, path, body, name=PERSON)
        if status not in statuses:
            raise SenderError(f"{method} {path}: {status} {str(answer)[:300]}")
        return answer

    def _call(self, method: str, path: str, body: Any, *, name: str) -> tuple[int, Any]:
        text = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json", "Authorization": self._signed_in(name)}
        for attempt in (1, 2):
            if self._connection is None:
                self._connection = http.client.HTTPConnection(
                    "127.0.0.1", self._port, timeout=_TIMEOUT_S
                )
            try:
                self._connection.request(method, path, text, headers)
                answer = self._connection.getresponse()
                return answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if attempt == 2:
                    raise SenderError(f"the API does not answer: {error}") from error
        raise AssertionError


def _parts(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    for start in range(0, len(events), PER_POST):
        yield events[start : start + PER_POST]

"""Stand-ins for what is outside; tests/unit/ports holds each to the real one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from chalicelib.domain.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.announcements import Message


@dataclasses.dataclass
class FakeStream:
    """Takes every record but those of the partition keys that it was told to refuse."""

    refuses: set[str] = dataclasses.field(default_factory=set)
    down: bool = False
    records: list[tuple[str, bytes]] = dataclasses.field(default_factory=list)

    def put(self, records: Sequence[tuple[str, bytes]], *, timeout_s: float) -> list[bool]:
        acknowledged = [not self.down and key not in self.refuses for key, _ in records]
        self.records += [record for record, ok in zip(records, acknowledged, strict=True) if ok]
        return acknowledged

    def health(self) -> str:
        if self.down:
            raise ConnectionError("the stream is down")
        return "ACTIVE"


@dataclasses.dataclass
class FakeNotifier:
    """Keeps what it was handed, unless it is down."""

    down: bool = False
    told: list[Message] = dataclasses.field(default_factory=list)

    def notify(self, message: Message) -> None:
        if self.down:
            raise UnavailableError("the notifier is down")
        self.told.append(message)

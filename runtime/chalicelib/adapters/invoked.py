"""What a scheduled function is called with: the event of a schedule, or what somebody sends."""

from __future__ import annotations

from typing import Any

from chalice.app import CloudWatchEvent


class Invoked(CloudWatchEvent):
    """An event of which nothing is needed; Chalice's own refuses one that no schedule has sent."""

    def _extract_attributes(self, event_dict: dict[str, Any]) -> None:
        self.by_schedule = event_dict.get("source") == "aws.events"
        self.after = int(event_dict.get("after") or 0)  # a batch
        self.noted = str(event_dict.get("noted") or "")  # BATCH:HASH

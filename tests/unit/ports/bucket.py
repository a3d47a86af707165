"""S3 as the adapters see it, in memory."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

NAME = "erasure-list-dev"
NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


class Bucket:
    """S3 with one bucket, two keys a page, whose clock stands; until it is `down`."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.down: Exception | None = None

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: str) -> None:  # noqa: N803  # boto3's
        self._ask(Bucket)
        self.objects[Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803  # boto3's
        self._ask(Bucket)
        return {"Body": io.BytesIO(self.objects[Key])}

    def get_paginator(self, name: str) -> Bucket:
        assert name == "list_objects_v2"
        return self

    def paginate(
        self,
        *,
        Bucket: str,  # noqa: N803  # boto3's
        Prefix: str,  # noqa: N803  # boto3's
        StartAfter: str,  # noqa: N803  # boto3's
    ) -> list[dict[str, Any]]:
        self._ask(Bucket)
        keys = sorted(key for key in self.objects if key.startswith(Prefix) and key > StartAfter)
        found = [{"Key": key, "LastModified": NOW} for key in keys]
        return [{"Contents": found[i : i + 2]} for i in range(0, len(found), 2)] or [{}]

    def _ask(self, bucket: str) -> None:
        assert bucket == NAME
        if self.down:
            raise self.down

"""One S3 bucket as the adapters use it: put, read, list; an outage is an UnavailableError."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any

from chalicelib.domain.errors import UnavailableError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

_CONFIG: dict[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": 4,
    "retries": {"total_max_attempts": 3},
}


class S3Bucket:
    """A bucket; `doing` says what S3 then did not do, such as "take an erasure"."""

    def __init__(self, name: str, *, client: Any = None) -> None:
        self._name = name
        self._given = client

    def put(self, key: str, content: bytes, doing: str) -> None:
        """Put an object of JSON, or an empty one; safe to repeat."""
        kind = {"ContentType": "application/json"} if content else {}
        with _answering(doing):
            self._client.put_object(
                Bucket=self._name, Key=key, Body=content, ChecksumAlgorithm="SHA256", **kind
            )

    def read(self, key: str, doing: str) -> bytes:
        """Return an object; UnavailableError when S3 does not answer or has none."""
        with _answering(doing):
            found: bytes = self._client.get_object(Bucket=self._name, Key=key)["Body"].read()
        return found

    def listed(
        self, prefix: str, doing: str, *, after: str = ""
    ) -> Iterator[tuple[str, dt.datetime]]:
        """Give keys behind a key, in their order, and when each was put, page by page."""
        with _answering(doing):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._name, Prefix=prefix, StartAfter=after or prefix
            )
            for page in pages:
                for one in page.get("Contents", ()):
                    yield one["Key"], one["LastModified"]

    @functools.cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        import boto3
        from botocore.config import Config

        return boto3.client("s3", config=Config(**_CONFIG))


@contextlib.contextmanager
def _answering(doing: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError  # loaded with the client

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise UnavailableError(f"S3 did not {doing}: {error}") from error

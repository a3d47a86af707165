"""Announcements through SNS: one structured message, and one that a person can read."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from chalicelib.domain.errors import UnavailableError

if TYPE_CHECKING:
    from chalicelib.domain.alerts import Announcement


class SnsNotifier:
    """Publishes to one topic; boto3 is imported with the first announcement, not before."""

    def __init__(self, topic_arn: str, *, client: Any = None) -> None:
        self._topic_arn = topic_arn
        self._given = client

    def notify(self, announcement: Announcement) -> None:
        """Publish one announcement; raise UnavailableError when SNS did not take it."""
        from botocore.exceptions import BotoCoreError, ClientError  # loaded with the client

        try:
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=f"{announcement.kind}: {announcement.rule}"[:100],
                MessageStructure="json",
                Message=json.dumps(
                    {"default": structured(announcement), "email": text(announcement)}
                ),
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in (
                        ("kind", announcement.kind),
                        ("rule", announcement.rule),
                        ("severity", announcement.severity),
                    )
                },
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"SNS did not take an announcement: {error}") from error

    @functools.cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 2})
        return boto3.client("sns", config=config)


def structured(announcement: Announcement) -> str:
    """Return an announcement as JSON, for programs."""
    return json.dumps(
        {
            "announcement_id": announcement.announcement_id,
            "alert_id": announcement.alert_id,
            "kind": announcement.kind,
            "student": announcement.student,
            "course": announcement.course or None,
            "rule": announcement.rule,
            "severity": announcement.severity,
            "because": announcement.because,
            "opened_at": announcement.opened_at.isoformat(),
        }
    )


def text(announcement: Announcement) -> str:
    """Return an announcement in words, for people."""
    course = announcement.course or "the school as a whole"
    if announcement.kind == "cleared":
        return (
            f"The alert {announcement.rule} for student {announcement.student} in {course} has "
            f"cleared: its condition has ended."
        )
    return (
        f"Student {announcement.student} may need help in {course} ({announcement.severity}): "
        f"{announcement.because}"
    )

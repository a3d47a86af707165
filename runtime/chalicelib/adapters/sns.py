"""Messages through SNS: for programs as JSON, by e-mail in words that a person can read."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from chalicelib.domain.errors import UnavailableError
from chalicelib.domain.wording import structured, subject, text

if TYPE_CHECKING:
    from chalicelib.domain.announcements import Message


class SnsNotifier:
    """Publishes to one topic; boto3 is imported with the first message, not before."""

    def __init__(self, topic_arn: str, *, client: Any = None) -> None:
        self._topic_arn = topic_arn
        self._given = client

    def notify(self, message: Message) -> None:
        """Publish one message; raise UnavailableError when SNS did not take it."""
        from botocore.exceptions import BotoCoreError, ClientError  # loaded with the client

        try:
            self._client.publish(
                TopicArn=self._topic_arn,
                Subject=subject(message),
                MessageStructure="json",
                Message=_both(message),
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in _attributes(message).items()
                },
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"SNS did not take a message: {error}") from error

    @functools.cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 2})
        return boto3.client("sns", config=config)


def _both(message: Message) -> str:
    """Return a message for each protocol: what has no form of its own gets the default."""
    for_programs = json.dumps(structured(message), ensure_ascii=False)
    forms = {"default": for_programs, "email": text(message), "sms": subject(message)}
    return json.dumps(forms, ensure_ascii=False)


def _attributes(message: Message) -> dict[str, str]:
    """Return what a subscription can be filtered by."""
    return {
        "recipient": message.recipient,
        "kind": "digest" if message.digest else message.notices[0].kind,
        "severity": message.severity.name.lower(),
    }

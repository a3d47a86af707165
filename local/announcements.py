"""What SNS delivers, shown as it comes: a queue subscribed to the topic, read by a thread."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

QUEUE = "alerts-shown-here"
_STOP_WITHIN_S = 30


class Announcements:
    """Counts what is delivered, and hands each message to `show`."""

    def __init__(self, sns: Any, sqs: Any, topic_arn: str, show: Callable[[Any], None]) -> None:
        self.at_once = 0
        self.digests = 0
        self._sqs = sqs
        self._show = show
        self._url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        queue_arn = attributes["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_arn)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read what is there already, and stop."""
        self._stopping.set()
        self._thread.join(_STOP_WITHIN_S)
        self._sqs.close()

    def _follow(self) -> None:
        while True:
            try:
                answer = self._sqs.receive_message(
                    QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=0
                )
            except (BotoCoreError, ClientError):  # shown for people only: nothing rests on it
                return
            messages = answer.get("Messages", [])
            for message in messages:
                self._take(message)
            if not messages and self._stopping.wait(0.1):
                return

    def _take(self, message: Any) -> None:
        told = json.loads(json.loads(message["Body"])["Message"])
        if told["digest"]:
            self.digests += 1
        else:
            self.at_once += 1
        self._show(told)
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

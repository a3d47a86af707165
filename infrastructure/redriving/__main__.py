"""`python -m infrastructure.redriving SUFFIX`: show what was given up; with --yes, try again."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infrastructure.names import named
from infrastructure.parts.functions import ALIAS, CONSUMER
from infrastructure.redriving.redrive import Redrive

REGION = "us-east-1"


def main() -> int:
    """Do what the arguments say; 0 when nothing is left."""
    parser = argparse.ArgumentParser(prog="python -m infrastructure.redriving", description=__doc__)
    parser.add_argument("suffix", help="the environmentSuffix of the deployment")
    parser.add_argument("--yes", action="store_true", help="do it; without, only show")
    given = parser.parse_args()
    try:
        return _run(_redrive(given.suffix), yes=given.yes)
    except (BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1


def _run(redrive: Redrive, *, yes: bool) -> int:
    if not yes:
        print(f"{redrive.show()} messages. Nothing was changed; --yes tries again.")
        return 0
    tally = redrive.run()
    print(f"{tally.done} done, {tally.left} left.")
    return int(tally.left > 0)


def _redrive(suffix: str) -> Redrive:
    sqs = boto3.client("sqs", REGION)
    return Redrive(
        kinesis=boto3.client("kinesis", REGION),
        sqs=sqs,
        queue_url=sqs.get_queue_url(QueueName=named("dead-letters", suffix))["QueueUrl"],
        consume=_consumer(suffix),
        say=print,
    )


def _consumer(suffix: str) -> Any:
    # Asked once: boto3 would repeat a call that takes longer than a minute.
    patient = Config(read_timeout=CONSUMER.timeout_s + 30, retries={"total_max_attempts": 1})
    functions = boto3.client("lambda", REGION, config=patient)

    def consume(event: dict[str, Any]) -> Any:
        answer = functions.invoke(
            FunctionName=named(CONSUMER.name, suffix), Qualifier=ALIAS, Payload=json.dumps(event)
        )
        content = json.load(answer["Payload"])
        return {"FunctionError": content} if "FunctionError" in answer else content

    return consume


if __name__ == "__main__":
    sys.exit(main())

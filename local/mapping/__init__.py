"""An event source mapping between a Kinesis stream and a handler, as Lambda's behaves.

Every emulator's own drops partial answers, bisecting, ages and failure destinations; this one is
for running and testing the consumer as it will be run. Its source is Lambda's documentation:
https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
"""

from local.mapping.checkpoints import Checkpoints, FileCheckpoints
from local.mapping.mapping import EventSourceMapping, Lag
from local.mapping.settings import MappingSettings

__all__ = ["Checkpoints", "EventSourceMapping", "FileCheckpoints", "Lag", "MappingSettings"]

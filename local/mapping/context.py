"""The second argument of a handler, as far as handlers and their loggers use it."""

from __future__ import annotations

import dataclasses
import time
import uuid

FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:local"


@dataclasses.dataclass(slots=True)
class LambdaContext:
    """One invocation, by Lambda's own names."""

    function_name: str = "local"
    function_version: str = "$LATEST"
    invoked_function_arn: str = FUNCTION_ARN
    memory_limit_in_mb: int = 1024
    timeout_s: float = 300.0
    aws_request_id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    _began: float = dataclasses.field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of the timeout, which nobody enforces here."""
        return max(0, int((self._began + self.timeout_s - time.monotonic()) * 1000))

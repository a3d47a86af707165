"""Runs inside the emulator's environment: amends its Kinesis, then starts it.

Both amendments reach into a private interface; there is no other way.
"""

from typing import Any

import ministack.app
from ministack.services import kinesis, lambda_svc

_get_records = kinesis._get_records  # noqa: SLF001


def read_once(data: dict[str, Any]) -> Any:
    """Forget each iterator when it was used; kept, they add 100 MB an hour of polling."""
    answer = _get_records(data)
    kinesis._shard_iterators.pop(data.get("ShardIterator"), None)  # noqa: SLF001
    return answer


# Its own mapping drops what fails; `local.mapping` takes its place.
lambda_svc._poll_kinesis = lambda *_args, **_kwargs: None  # noqa: SLF001
kinesis._get_records = read_once  # noqa: SLF001

if __name__ == "__main__":
    ministack.app.main()

"""Runs inside the emulator's environment: switches its own Kinesis mapping off, then starts it.

That mapping drops what fails; `local.mapping` takes its place.
"""

import ministack.app
from ministack.services import lambda_svc

lambda_svc._poll_kinesis = lambda *_args, **_kwargs: None  # noqa: SLF001  # there is no other way

if __name__ == "__main__":
    ministack.app.main()

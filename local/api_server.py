"""The API's process: the Chalice application behind its own local server."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import local  # puts runtime/ on the path

if TYPE_CHECKING:
    from types import FrameType


def main() -> None:
    """Serve on 127.0.0.1 and the port that the first argument names, until SIGTERM."""
    from chalice.config import Config
    from chalice.local import create_local_server

    from app import app

    def stop(_: int, __: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    config = Config.create(chalice_app=app, project_dir=str(local.RUNTIME))
    create_local_server(app, config, "127.0.0.1", int(sys.argv[1])).serve_forever()


if __name__ == "__main__":
    main()

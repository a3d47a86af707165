"""Runs inside the emulator's environment: adds the shims, then starts it with its own mapping."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Start; what the caller's shell sets for its own AWS or monitor is not the functions'."""
    for name in [one for one in os.environ if one.startswith(("AWS_", "MONITOR_", "POWERTOOLS_"))]:
        del os.environ[name]
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

    import ministack.app

    from local.deployment.shims.registration import register

    register()
    ministack.app.main()


if __name__ == "__main__":
    main()

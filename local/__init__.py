"""The whole system on one machine; imports everything, is imported by nothing."""

import sys
from pathlib import Path

RUNTIME = Path(__file__).resolve().parent.parent / "runtime"
# The Lambda package's root is runtime/: its modules are imported here as they are there.
if str(RUNTIME) not in sys.path:
    sys.path.insert(0, str(RUNTIME))

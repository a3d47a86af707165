"""The whole system on one machine; imports everything, is imported by nothing."""

import sys
from pathlib import Path

# The Lambda package's root is runtime/: its modules are imported here as they are there.
sys.path.insert(0, str(Path(__file__).parent.parent / "runtime"))

"""An AWS emulator as a child process, in an environment of its own."""

from local.emulator.emulator import Emulator, EmulatorError

__all__ = ["Emulator", "EmulatorError"]

"""What the emulator's CloudFormation lacks; imported by the emulator's own Python."""

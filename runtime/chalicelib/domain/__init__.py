"""What the monitor knows about students, work and help; pure: no clock, no I/O, no framework."""

"""A real deployment of the stack against the emulated AWS, and its end."""

"""One use case per file; each takes its ports as arguments."""

"""Benchmarks: the write path, the reads, the wire; always side by side, as ratios."""

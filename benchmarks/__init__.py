"""Benchmarks: ours and open peers on the same network, steps and outputs. ``python -m benchmarks --help``."""

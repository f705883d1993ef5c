"""Meter exports: every shape that metering systems write, as one table of readings."""

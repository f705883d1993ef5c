"""Scenarios: files of changes, and how they are laid over a case."""

"""Runs as people keep them: the folder on disk, the workbooks handed on, and what changed between two runs."""

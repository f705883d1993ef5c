"""Fixtures that every room's tests may use; the small hand-worked case is in ``hand_case.py``."""

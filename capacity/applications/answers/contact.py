"""Whom to ring (P21)."""

from __future__ import annotations

from capacity.tables.settings import ServiceNumbers
from capacity.tables.words import Word


def phones_of(service_numbers: ServiceNumbers | None) -> tuple[tuple[Word, str], ...]:
    """Names and numbers: the company, its branches, the regulator's hotline; the national ones where none are given."""
    numbers = service_numbers or ServiceNumbers()
    return (
        (Word("供电服务热线", "supply company"), numbers.company),
        *((Word(branch, branch), number) for branch, number in numbers.branches.items()),
        (Word("能源监管热线", "energy regulator's hotline"), numbers.regulator),
    )

"""Breaking a text to a width: Chinese between any two signs but not before a comma, Latin between words."""

from __future__ import annotations

import re
from collections.abc import Callable

_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—"
_UNITS = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]+|\s+")
_NEVER_FIRST = "，。；：、）！？》”’…％%"
_NEVER_LAST = "（《“‘"
_CUT_AFTER = re.compile(r"(?<=[;/+_-])")


def lines_of(text: str, width: float, width_of: Callable[[str], float]) -> list[str]:
    """The lines of a text, one at least.

    Parameters
    ----------
    width_of : the width of a text, in the unit of ``width``; that of two texts is the sum of theirs.
    """
    found: list[str] = []
    line, taken = "", 0.0
    for unit in _units(text, width, width_of):
        if line and taken + width_of(unit.rstrip()) > width and unit[0] not in _NEVER_FIRST:
            carried = line[-1] if line[-1] in _NEVER_LAST and len(line) > 1 else ""
            found.append(line[: len(line) - len(carried)].rstrip())
            line = carried + unit.lstrip()
            taken = width_of(line)
        else:
            line, taken = line + unit, taken + width_of(unit)
    return [*found, line.rstrip()] if line.strip() or not found else found


def words_of(text: str) -> list[str]:
    """What of a text is not broken while it fits a line."""
    return [unit for unit in _UNITS.findall(text) if unit.strip()]


def _units(text: str, width: float, width_of: Callable[[str], float]) -> list[str]:
    """What is not broken: a sign, a word; what is wider than a line is cut, after ``;`` or ``-`` if it can be."""
    units: list[str] = []
    for unit in _UNITS.findall(text):
        if width_of(unit) <= width:
            units.append(unit)
            continue
        for part in _CUT_AFTER.split(unit):
            units.extend(_cut(part, width, width_of))
    return units


def _cut(unit: str, width: float, width_of: Callable[[str], float]) -> list[str]:
    parts = []
    while width_of(unit) > width and len(unit) > 1:
        fitting = next(n for n in range(len(unit) - 1, 0, -1) if n == 1 or width_of(unit[:n]) <= width)
        parts.append(unit[:fitting])
        unit = unit[fitting:]
    return [*parts, unit] if unit else parts

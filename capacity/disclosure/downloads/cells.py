"""Cells that any program may open: a text is never a formula, a figure is written as it stands."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Also the full-width signs, which spreadsheets with a Chinese keyboard layout read as the plain ones."""
_ALTERED_NUMBER = re.compile(r"0\d+|\d{12,}|\d+(?:\.\d*)?[eE]\d+")


def safe_text(text: str) -> str:
    """``text`` with an apostrophe before it where a spreadsheet would take it for a formula.

    Invisible signs and spaces before such a sign do not hide it.

    >>> safe_text("=1+1"), safe_text(" -x"), safe_text("板桥街")
    ("'=1+1", "' -x", '板桥街')
    """
    visible = text.lstrip(" \u00a0\u3000\u200b\ufeff")
    return f"'{text}" if visible.startswith(_STARTS_A_FORMULA) or text.startswith(_STARTS_A_FORMULA) else text


def lasting_text(text: str) -> str:
    """``text`` as :func:`safe_text`, and with an apostrophe where a spreadsheet would take it for another number.

    A telephone number would lose its leading zero, a code such as ``23E456`` become a power of ten. For files that
    people open; programs read such texts as they are.

    >>> lasting_text("08752120000"), lasting_text("23E456"), lasting_text("12398")
    ("'08752120000", "'23E456", '12398')
    """
    return f"'{text}" if _ALTERED_NUMBER.fullmatch(text.strip()) else safe_text(text)


def plain_number(value: float) -> str:
    """A figure without exponent, thousands separators or a needless ``.0``.

    >>> plain_number(745.0), plain_number(2.5), plain_number(1250000.0)
    ('745', '2.5', '1250000')
    """
    return str(int(value)) if float(value).is_integer() else np.format_float_positional(value, trim="-")


def plain_numbers(values: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    """The same for an array of any shape; NaN becomes an empty text."""
    distinct, where = np.unique(values, return_inverse=True)
    texts = np.array(["" if np.isnan(value) else plain_number(value) for value in distinct], dtype=object)
    found: npt.NDArray[np.object_] = texts[where].reshape(values.shape)
    return found


def is_missing(value: Any) -> bool:
    """Whether a cell of a table holds nothing (None, NaN, NA, NaT)."""
    return value is None or value is pd.NA or value is pd.NaT or value != value

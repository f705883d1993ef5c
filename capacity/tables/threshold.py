"""A threshold of a policy file: a value is compared with it, on unrounded values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

_COMPARE: dict[str, Callable[[npt.NDArray[np.float64], float], npt.NDArray[np.bool_]]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<": operator.lt,
    "<=": operator.le,
}


class Threshold(BaseModel):
    """A rule that fires where ``value comparison threshold``, with its clause and words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    threshold: float
    unit: str
    comparison: Literal[">=", ">", "<", "<="]
    clause: str
    text_zh: str
    text_en: str

    def fires(self, value: float) -> bool:
        """Whether ``value`` (in the threshold's unit) fires it; NaN never does.

        The comparison is on unrounded values; only the noise of binary arithmetic (beyond nine decimals, as in
        0.1 + 0.2) is taken off, so that a value which is 80 on paper is 80 here.
        """
        return bool(self.fires_at(np.array([value]))[0])

    def fires_at(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """``fires`` for every value of an array."""
        return _COMPARE[self.comparison](np.round(values, 9), self.threshold)

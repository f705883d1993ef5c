"""The question that every contestant of the load-flow table answers: a case, its steps, and some of them drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from capacity import Case, Window, load_case
from capacity.case import import_simbench
from capacity.loadflow import LoadFlow
from capacity.policy import policy_of
from capacity.study import past_window
from capacity.tables.policy import Policy

Ints = npt.NDArray[np.int64]
SEED = 20260101
"""Of everything that is drawn, so that a repeated run draws the same."""


@dataclass(frozen=True)
class Question:
    """A case and a window, with the policy that sets its limits.

    ``network`` is what the tables call the case: a SimBench code, or the name of the case's folder.
    """

    network: str
    folder: Path
    case: Case
    rules: Policy
    window: Window

    @property
    def n_steps(self) -> int:
        """Steps of the window."""
        return len(self.window.timestamps)

    @property
    def levels_percent(self) -> tuple[float, float]:
        """Heavy load and overload (P2)."""
        return self.rules.choice("heavy_percent"), self.rules.choice("overload_percent")

    def load_flow(self, workers: int) -> LoadFlow:
        """Our load flow of the window."""
        return LoadFlow(self.case, self.window, levels_percent=self.levels_percent, workers=workers)

    def drawn_steps(self, count: int) -> Ints:
        """Steps of the window drawn without replacement, ascending."""
        return np.sort(np.random.default_rng(SEED).choice(self.n_steps, min(count, self.n_steps), replace=False))

    def shortened(self, steps: int) -> Question:
        """The same question about the window's first steps."""
        return Question(self.network, self.folder, self.case, self.rules, first_steps(self.window, steps))


def ask(network: str, steps: int | None, scratch: Path) -> Question:
    """The question about a SimBench code or a case folder.

    Parameters
    ----------
    steps : only the first ones of the case's window; all by default.
    scratch : where a SimBench code is imported to.
    """
    folder = Path(network)
    if (folder / "case.toml").is_file():
        case, network = load_case(folder), folder.resolve().name
    elif (scratch / network / "case.toml").is_file():
        folder = scratch / network
        case = load_case(folder)
    else:
        folder = scratch / network
        case = import_simbench(network, folder)
    rules = policy_of(case)
    window = past_window(case, rules)
    return Question(network, folder, case, rules, first_steps(window, steps) if steps else window)


def first_steps(window: Window, steps: int) -> Window:
    """The first steps of a window, at most all of them."""
    end = window.start + steps * pd.Timedelta(minutes=window.step_minutes)
    return Window(window.start, min(end, window.end), window.step_minutes)

"""Single-phase customers: the LV network of one transformer phase by phase, or a conservative rule (P10).

:class:`PhaseModel` is made once per case beside its :class:`~capacity.loadflow.LoadFlow` and answers with a
:class:`~capacity.tables.connection.PhaseFinding`; docs/single-phase.md has the formulas.
"""

from capacity.loadflow.unbalanced.assumptions import Assumptions, PhaseLimits
from capacity.loadflow.unbalanced.model import PhaseModel

__all__ = ["Assumptions", "PhaseLimits", "PhaseModel"]

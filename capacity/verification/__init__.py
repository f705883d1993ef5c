"""Published node figures put to the test (P9): each added at its node, solved with everything, and judged.

The judge knows nothing of how a figure was found. It draws nodes, adds the stated figure and a slightly larger one,
lets the load flow solve every step of the window and pandapower the worst of them, and looks for broken limits.
"""

from capacity.verification.bounds import Bounds, bounds_of
from capacity.verification.breaches import allowance_of
from capacity.verification.drawing import draw, stratum
from capacity.verification.judge import Engines, Judge
from capacity.verification.report import VERIFICATION_FILE, Proof, Verdict, as_json, summed_up, write_proof
from capacity.verification.watch import Watch, watch_of
from capacity.verification.worst import worst_of_year

__all__ = [
    "VERIFICATION_FILE",
    "Bounds",
    "Engines",
    "Judge",
    "Proof",
    "Verdict",
    "Watch",
    "allowance_of",
    "as_json",
    "bounds_of",
    "draw",
    "stratum",
    "summed_up",
    "watch_of",
    "worst_of_year",
    "write_proof",
]

"""Published node figures put to the test (P9): each added at its node, solved with everything, and judged.

The judge knows nothing of how a figure was found. It draws nodes, adds the stated figure and a slightly larger one,
lets the load flow solve every step of the window and pandapower the worst of them, and looks for broken limits.
"""

from capacity.verification.bounds import bounds_of
from capacity.verification.drawing import draw, stratum
from capacity.verification.judge import Engines, Judge
from capacity.verification.report import VERIFICATION_FILE, Proof, Verdict, as_json, summed_up, write_proof

__all__ = [
    "VERIFICATION_FILE",
    "Engines",
    "Judge",
    "Proof",
    "Verdict",
    "as_json",
    "bounds_of",
    "draw",
    "stratum",
    "summed_up",
    "write_proof",
]

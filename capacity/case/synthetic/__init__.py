"""Synthetic cases: a plan (places, feeders, transformers, what their meters show) turned into a whole case folder.

``build_bundled_case`` writes the bundled county; ``generate`` does the same for any other ``Plan``.
"""

from capacity.case.synthetic.build import SEED, build_bundled_case, generate
from capacity.case.synthetic.plan import Plan

__all__ = ["SEED", "Plan", "build_bundled_case", "generate"]

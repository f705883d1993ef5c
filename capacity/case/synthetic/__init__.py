"""Synthetic cases: a plan (places, feeders, transformers, what their meters show) turned into a whole case folder.

``build_bundled_case`` writes the bundled county; ``generate`` makes a case of any other ``Plan``. What the bundled case
is there to show is listed in ``PLANTED``.
"""

from capacity.case.synthetic.build import BUNDLED_NAME, BUNDLED_SEED, build_bundled_case, generate
from capacity.case.synthetic.plan import Plan
from capacity.case.synthetic.planted import PLANTED, PLANTED_APPLICATIONS, PLANTED_FEEDERS, PLANTED_TRANSFORMERS

__all__ = [
    "BUNDLED_NAME",
    "BUNDLED_SEED",
    "PLANTED",
    "PLANTED_APPLICATIONS",
    "PLANTED_FEEDERS",
    "PLANTED_TRANSFORMERS",
    "Plan",
    "build_bundled_case",
    "generate",
]

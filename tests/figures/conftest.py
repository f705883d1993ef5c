"""Lets the tests of the pictures import the runs room's ``sample_run`` under every import mode of pytest."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "runs"))

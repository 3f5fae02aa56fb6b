"""The scripts and settings of other trainings are these tests' too."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "tests" / "notebook"), str(ROOT / "benchmarks")]

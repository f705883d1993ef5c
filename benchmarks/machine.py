"""What the measurements ran on: never a host's name or a path."""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("numpy", "numba", "scipy", "pandas", "pandapower", "power-grid-model")


@dataclass(frozen=True)
class Machine:
    """Date, machine and versions; ``busy`` is the load average before measuring, NaN where the system has none."""

    date: dt.date
    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    packages: dict[str, str]
    busy: float

    def sentence(self) -> str:
        """For below a table."""
        packages = ", ".join(f"{name} {number}" for name, number in self.packages.items())
        busy = "" if self.busy != self.busy else f"; load average before measuring {self.busy:.1f}"
        return (
            f"Measured {self.date.isoformat()} on {self.processor}, {self.cores} cores, {self.memory_gb:.0f} GB, "
            f"{self.system}, Python {self.python}, {packages}{busy}."
        )


def this_machine() -> Machine:
    """The machine as it is now."""
    return Machine(
        date=dt.date.today(),
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gb=_memory_gb(),
        system=platform.system(),
        python=platform.python_version(),
        packages={name: version(name) for name in PACKAGES},
        busy=os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan"),
    )


def _processor() -> str:
    described = _first_match("/proc/cpuinfo", r"model name\s*:\s*(.+)")
    return described or platform.processor() or platform.machine()


def _memory_gb() -> float:
    total = _first_match("/proc/meminfo", r"MemTotal:\s*(\d+) kB")
    return int(total) / 1024.0**2 if total else float("nan")


def _first_match(file: str, pattern: str) -> str:
    try:
        found = re.search(pattern, Path(file).read_text(encoding="utf-8"))
    except OSError:
        return ""
    return found[1].strip() if found else ""

"""How often a key and an address may ask: token buckets in memory, of this process alone."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]


@dataclass(frozen=True)
class Limits:
    """What the service allows.

    Attributes
    ----------
    per_minute, burst : requests of one key: sustained, and at once.
    address_per_minute, address_burst : of one address, whoever asks. Larger, since an office may share one.
    wrong_keys_per_minute : wrong or missing keys from one address; then it has to wait, whatever it sends.
    assessment_cost : an assessment counts for so many requests.
    workers, waiting : assessments worked on at the same time, and those that may wait for it; beyond that the service
        says that it is busy.
    assessment_seconds, desk_seconds : how long an answer may take.
    body_bytes, body_seconds : the size of a request, and how long sending it may take.
    """

    per_minute: float = 240.0
    burst: float = 80.0
    address_per_minute: float = 1200.0
    address_burst: float = 400.0
    wrong_keys_per_minute: float = 10.0
    assessment_cost: float = 4.0
    workers: int = 2
    waiting: int = 60
    assessment_seconds: float = 60.0
    desk_seconds: float = 30.0
    body_bytes: int = 65_536
    body_seconds: float = 10.0


class Buckets:
    """Token buckets by name; the least recently used are forgotten beyond ``most`` names (a forgotten one is full)."""

    def __init__(self, per_minute: float, burst: float, clock: Clock = time.monotonic, most: int = 10_000) -> None:
        self._per_second, self._burst, self._clock, self._most = per_minute / 60.0, burst, clock, most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str, tokens: float = 1.0) -> float:
        """Take tokens; 0 if there were enough, else the seconds until there are (and none is taken)."""
        with self._lock:
            level, now = self._level(name)
            if level >= tokens:
                self._levels[name] = (level - tokens, now)
                return 0.0
            self._levels[name] = (level, now)
            return math.inf if tokens > self._burst else (tokens - level) / self._per_second

    def wait(self, name: str, tokens: float = 1.0) -> float:
        """The seconds until there are so many tokens; takes none."""
        with self._lock:
            level, _ = self._level(name)
            return 0.0 if level >= tokens else (tokens - level) / self._per_second

    def _level(self, name: str) -> tuple[float, float]:
        now = self._clock()
        level, since = self._levels.pop(name, (self._burst, now))
        level = min(self._burst, level + (now - since) * self._per_second)
        self._levels[name] = (level, now)
        while len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return level, now

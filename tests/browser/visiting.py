"""What the browser tests share: screens, where screenshots are kept, the type of the fixture ``visit``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

SCREENSHOTS = Path(__file__).parent / "screenshots"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}

Open = Callable[..., AbstractContextManager[Any]]

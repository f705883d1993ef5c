"""The commented scenario file to start from, in either language."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

PLACE = "NAME"


def template_text(language: Literal["zh", "en"], name: str) -> str:
    """The text of a new scenario file called ``name``; it can be used as it is."""
    text = Path(__file__).with_name(f"template.{language}.txt").read_text(encoding="utf-8")
    return text.replace(PLACE, name)

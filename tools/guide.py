"""The public guide "How to read the map", as the site shows it, for the manual."""

from __future__ import annotations

import re

from capacity.disclosure.guide import Language, guide_markdown
from tools.rules import bundled_policy


def in_chinese() -> str:
    """The Chinese guide."""
    return _guide("zh")


def in_english() -> str:
    """The English guide."""
    return _guide("en")


def _guide(language: Language) -> str:
    text = guide_markdown(language, bundled_policy().disclosure).strip()
    return re.sub(r"^## ", "### ", text, flags=re.MULTILINE)

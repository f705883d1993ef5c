"""Chinese for every sentence of the table schemas (``chinese.yaml``).

The schemas state their sentences once, in English, where they stand; people read them in both languages.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml


@cache
def sentences() -> dict[str, str]:
    """Chinese by the English sentence."""
    content = files("capacity.tables").joinpath("chinese.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(content))


def in_chinese(sentence: str) -> str:
    """The Chinese of a schema's sentence; the sentence itself where it has none (ids, numbers, examples)."""
    return sentences().get(sentence, sentence)

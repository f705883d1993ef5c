"""A node's profile as CSV for Excel: headings and words in both languages."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from capacity.runs.cells import both, missing_text
from capacity.tables.node_profile import NODE_PROFILE
from capacity.tables.words import CRITERION, REASON


def write_profile(profile: pd.DataFrame, path: Path) -> None:
    """Write ``tables.node_profile`` as CSV (UTF-8 with a mark that Excel knows), figures rounded to 0.01 kVA."""
    columns = NODE_PROFILE.columns
    words = {"binding_criterion": CRITERION, "reason": REASON}
    shown = pd.DataFrame(index=profile.index)
    for name, column in columns.items():
        values = profile[name]
        if name in words:
            codes = {code: both(word) for code, word in words[name].items()}
            values = values.map(codes).astype("string")
        elif name == "binding_at":
            values = values.dt.strftime("%Y-%m-%d %H:%M").astype("string")
        elif name == "allowed_kva":
            values = values.map("{:.2f}".format, na_action="ignore").astype("string")
        unit = column.metadata["unit"]
        heading = f"{column.metadata['zh']} {column.metadata['en']}" + (f" [{unit}]" if unit == "kVA" else "")
        missing = missing_text(column) if column.nullable else ""
        shown[heading] = values.astype("string").fillna(missing)
    shown.to_csv(path, index=False, encoding="utf-8-sig")

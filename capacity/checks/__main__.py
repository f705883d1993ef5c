"""``python -m capacity.checks`` writes docs/checks.md anew."""

from __future__ import annotations

from pathlib import Path

from capacity.checks.catalogue import as_markdown

if __name__ == "__main__":
    page = Path(__file__).parents[2] / "docs" / "checks.md"
    page.write_text(as_markdown(), encoding="utf-8", newline="\n")

"""A file that was written for the public, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["csv", "xlsx", "geojson", "gpkg", "pdf", "png", "txt", "json", "html"]


@dataclass(frozen=True)
class Download:
    """One written file. ``path`` is relative to the folder given to the writer, with ``/`` between its parts.

    ``branch`` names the branch company that the file is about; None where it is about the whole release.
    """

    path: str
    title_zh: str
    title_en: str
    kind: Kind
    branch: str | None = None

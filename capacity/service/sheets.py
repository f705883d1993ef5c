"""Answer sheets to take along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from capacity.tables.assessment import Assessment

Language = Literal["zh", "en"]
SheetWriter = Callable[[Assessment, Language], bytes]
"""Makes the file of an assessment in one language."""
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

"""What changed against the release before (P22). Only what both releases publish is compared."""

from capacity.tables._schema import number, table, text
from capacity.tables.public.words import CAUSE, PUBLICATION, STATUS

CHANGES = table(
    "public_changes",
    "变动说明",
    "changes",
    "One row per area whose published information differs from the release before, or that is new.",
    {
        "area_code": text("公开编号", "area code", key=True),
        "name": text("网格名称", "name"),
        "publication_before": text("原公开方式", "publication before", choices=tuple(PUBLICATION), missing="not in it"),
        "publication": text("公开方式", "publication", choices=tuple(PUBLICATION), missing="no longer in the release"),
        "status_before": text("原状态", "status before", choices=tuple(STATUS), missing="withheld or not in it"),
        "status": text("状态", "status", choices=tuple(STATUS), missing="withheld or no longer in the release"),
        "allowed_before_kva": number(
            "原可接入容量", "allowed capacity before", "kVA", missing="not published then", at_least=0.0
        ),
        "allowed_kva": number("可接入容量", "allowed capacity", "kVA", missing="not published now", at_least=0.0),
        "parts": text(
            "变动内容", "what changed", "Codes separated by ``;``.", missing="new, or no longer in the release"
        ),
        "cause": text("主要原因", "main cause", choices=tuple(CAUSE)),
    },
)

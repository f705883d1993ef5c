"""What is published of an LV grid area (P21, P23)."""

from capacity.tables._schema import count, flag, moment, number, table, text
from capacity.tables.public.words import BASIS, LIMIT, PUBLICATION, QUEUE, RELIEF, STATUS, WITHHELD
from capacity.tables.words import AREA_CLASS

_HIDDEN = "withheld, or unknown (see publication and status)"

AREAS = table(
    "public_areas",
    "网格公开信息",
    "published areas",
    "One row per LV grid area of the release, withheld ones included.",
    {
        "area_code": text("公开编号", "area code", "Stays the same from release to release.", key=True),
        "name": text("网格名称", "name"),
        "area_class": text("区域类别", "class", choices=tuple(AREA_CLASS)),
        "branch": text("分公司", "branch", missing="not stated"),
        "supply_station": text("供电所", "supply station", missing="not stated"),
        "publication": text("公开方式", "publication", choices=tuple(PUBLICATION)),
        "withheld_reason": text(
            "不予公开的原因",
            "why withheld",
            "Also why only a range is given.",
            choices=tuple(WITHHELD),
            missing="everything is published",
        ),
        "status": text("状态", "status", "P11.", choices=tuple(STATUS), missing="withheld"),
        "allowed_kva": number(
            "可接入容量",
            "allowed capacity",
            "kVA",
            "What the area can take at the same time under the limits above it (P8), rounded down. Areas on one line "
            "are alternatives: do not add them up.",
            missing="withheld, only a range is given, or unknown (see publication and status)",
            at_least=0.0,
        ),
        "allowed_from_kva": number(
            "容量区间下限", "range from", "kVA", "The range that the figure lies in.", missing=_HIDDEN, at_least=0.0
        ),
        "allowed_below_kva": number("容量区间上限", "range below", "kVA", missing="no upper end, or as range from"),
        "allowed_is_lower_bound": flag(
            "为下限", "is a lower bound", "Some transformers have no data and are not counted.", missing="withheld"
        ),
        "single_from_kva": number(
            "单点容量区间下限",
            "one connection from",
            "kVA",
            "The range of the largest load that any one supply point of the area can take.",
            missing="withheld, unknown or not computed",
            at_least=0.0,
        ),
        "single_below_kva": number(
            "单点容量区间上限", "one connection below", "kVA", missing="no upper end, or as above"
        ),
        "load_rate_from_percent": number(
            "最高负载率区间下限",
            "load rate from",
            "%",
            "Of its public transformers and LV lines over twelve months (P2).",
            missing=_HIDDEN,
            at_least=0.0,
        ),
        "load_rate_below_percent": number(
            "最高负载率区间上限", "load rate below", "%", missing="no upper end, or as above"
        ),
        "limit": text("限制来源", "limit", "What sets the figure.", choices=tuple(LIMIT), missing=_HIDDEN),
        "shared_kva": number(
            "线路共用余量",
            "left on its line",
            "kVA",
            "What all areas on the same 10 kV line can take together, rounded down.",
            missing="withheld, unknown, or supplied by several lines",
            at_least=0.0,
        ),
        "sharing_areas": count(
            "共用网格数", "areas sharing it", "Areas on that line, this one included.", missing="as above"
        ),
        "queue": text("排队申请", "queue", choices=tuple(QUEUE), missing=_HIDDEN),
        "relief_month": text(
            "预计缓解时间", "expected relief", "Year and month, ``YYYY-MM``.", missing="none scheduled"
        ),
        "relief_kind": text("缓解措施", "kind of works", choices=tuple(RELIEF), missing="none scheduled"),
        "structural": flag(
            "结构性不足", "structurally small", "Its transformers could never offer 160 kVA (P5).", missing="withheld"
        ),
        "has_hours": flag("有分时容量", "has capacity by hour", "Table ``hours`` has rows for it."),
        "basis": text("计算依据", "basis", choices=tuple(BASIS), missing="withheld"),
        "as_of": moment("数据截止", "as of", "The figures rest on the twelve months before this day."),
    },
)

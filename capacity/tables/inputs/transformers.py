"""Distribution transformers (``transformers.csv``)."""

from capacity.tables._schema import count, moment, number, table, text
from capacity.tables.words import OWNERSHIP

TRANSFORMERS = table(
    "transformers",
    "配变台账",
    "distribution transformers",
    "One row per distribution transformer; ``transformer_id`` is its ``name`` in the network.",
    {
        "transformer_id": text("配变编号", "transformer id", "Key of the transformer.", key=True),
        "system_code": text("台区编号", "system code", "The utility's own number.", missing="not stated"),
        "name": text("配变名称", "transformer name", missing="the id is shown"),
        "area_id": text("网格编号", "area id", missing="dedicated transformer outside any area"),
        "feeder_id": text("线路编号", "feeder id", missing="derived from the network"),
        "ownership": text("公专变", "ownership", "Public or dedicated.", choices=tuple(OWNERSHIP)),
        "rated_kva": number("额定容量", "rated power", "kVA", above=0.0),
        "valid_from": moment(
            "启用日期",
            "valid from",
            "First day of the present rating; readings before it do not count (P1).",
            missing="valid since before the window",
        ),
        "valid_to": moment("停用日期", "valid to", "First day out of service.", missing="in service"),
        "meter_side": text(
            "计量侧", "meter side", "Side on which the meter sits.", choices=("hv", "lv"), missing="no meter"
        ),
        "ct_ratio": text("电流互感器变比", "CT ratio", "Primary/secondary, e.g. 600/5.", missing="not stated"),
        "customer_count": count("户数", "customers", missing="unknown: withheld from publication (P23)"),
    },
)

"""What follows for a customer of some kind and size (P12–P14): the table that a first answer is looked up in."""

from capacity.tables._schema import count, number, table, text
from capacity.tables.words import AREA_CLASS, CUSTOMER_KIND, ZERO_INVESTMENT

CUSTOMER_KINDS = tuple(CUSTOMER_KIND)

TERMS = table(
    "public_terms",
    "办电须知",
    "connection terms",
    "One row per kind of customer, class of area and range of power, as of the release. A guide, not an offer.",
    {
        "customer_kind": text("用户类型", "kind of customer", choices=CUSTOMER_KINDS),
        "area_class": text("区域类别", "class of area", choices=tuple(AREA_CLASS)),
        "above_kw": number("功率大于", "above", "kW", at_least=0.0),
        "up_to_kw": number("功率不超过", "up to", "kW", missing="no upper end"),
        "voltage": text("接入电压", "voltage", choices=("lv", "hv")),
        "zero_investment": text("零投资", "no investment by the customer", "P12.", choices=tuple(ZERO_INVESTMENT)),
        "days_total": count("供电企业办理时限", "working days in all", "P14; without works outside."),
        "whole_process_days": count(
            "全过程平均用时", "whole process", "Working days with works.", missing="not promised"
        ),
        "dual_supply_days": count("双电源办理时限", "with dual supply", missing="not offered at this voltage"),
        "steps_zh": text("办理环节", "steps (Chinese)", "Separated by ``;``, each with its working days."),
        "steps_en": text("办理环节（英文）", "steps (English)"),
        "documents_zh": text("所需资料", "documents (Chinese)", "Separated by ``;``."),
        "documents_en": text("所需资料（英文）", "documents (English)"),
        "note_zh": text("说明", "note (Chinese)", "Investment boundary (P13) and what else to know."),
        "note_en": text("说明（英文）", "note (English)"),
    },
)

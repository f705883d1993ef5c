"""Load rate, allowed capacity and status per LV grid area (P2, P3–P5, P8, P11)."""

from capacity.tables._schema import count, flag, moment, number, table, text
from capacity.tables.words import AREA_CLASS, CRITERION, REASON, STATUS

AREAS = table(
    "areas",
    "低压网格",
    "areas",
    "One row per LV grid area.",
    {
        "area_id": text("网格编号", "area id", key=True),
        "name": text("网格名称", "name"),
        "area_class": text("区域类别", "class", choices=tuple(AREA_CLASS)),
        "branch": text("分公司", "branch", missing="not stated"),
        "supply_station": text("供电所", "supply station", missing="not stated"),
        "feeder_ids": text("线路编号", "feeder ids", "Separated by ``;``.", missing="not energised"),
        "status": text("状态", "status", "P11.", choices=tuple(STATUS)),
        "transformer_count": count("公变台数", "public transformers", "In service."),
        "unknown_count": count("数据不足台数", "of which without data"),
        "rated_kva": number("公变总容量", "rated power", "kVA", "Sum of its in-service public transformers."),
        "customer_count": count("户数", "customers", missing="unknown for a transformer of the area"),
        "max_loading_percent": number(
            "最高负载率", "max load rate", "%", "Of its public transformers and LV lines (P2).", missing="no data"
        ),
        "max_loading_element": text("最高负载设备", "most loaded element", missing="no data"),
        "max_loading_type": text("设备类型", "element type", choices=("transformer", "line"), missing="no data"),
        "max_loading_at": moment("最高负载时刻", "at", missing="no data"),
        "upstream_max_loading_percent": number(
            "上级线路最高负载率",
            "upstream max load rate",
            "%",
            "Of the 10 kV sections that supply it.",
            missing="no data",
        ),
        "upstream_max_element": text("上级最高负载区段", "upstream element", missing="no data"),
        "allowed_sum_kva": number(
            "允许接入容量合计",
            "sum of allowed capacity",
            "kVA",
            "P7 summed over its public transformers.",
            missing="every transformer unknown",
            at_least=0.0,
        ),
        "allowed_sum_is_lower_bound": flag(
            "为下限", "is a lower bound", "Some transformers have no data and are not in the sum."
        ),
        "allowed_kva": number(
            "同时允许接入容量",
            "simultaneous allowed capacity",
            "kVA",
            "What its transformers can take at the same time under the limits above them (P8).",
            missing="unknown",
            at_least=0.0,
        ),
        "binding_element": text("限制设备", "binding element", missing="nothing above the transformers binds"),
        "binding_criterion": text(
            "限制条件", "binding criterion", choices=tuple(CRITERION), missing="nothing above the transformers binds"
        ),
        "binding_at": moment("限制时刻", "binding at", missing="nothing above the transformers binds"),
        "reserved_kva": number("已批未投", "reserved", "kVA", at_least=0.0),
        "structural": flag("结构性不足", "structural", "Σ k·Sn < 160: could never offer 160 kVA (P5)."),
        "lv_modelled": flag("有低压网模型", "LV modelled", "False: transformer and area figures only."),
        "low_voltage_nodes": count("低电压节点数", "low-voltage nodes", missing="no LV network modelled"),
        "quality_count": count("数据质量警告数", "data quality warnings", "Warnings in ``quality`` that name it."),
        "reason": text("说明", "reason", choices=tuple(REASON)),
    },
)

"""Many requests answered in an order, and what another order changes (P14, P16)."""

from __future__ import annotations

from capacity.tables._schema import count, moment, number, table, text
from capacity.tables.words import ANSWER, ORDER_OUTCOME, PLACE_KIND

_ANSWERS = tuple(ANSWER)

ASSESSED = table(
    "assessed",
    "批量核定结果",
    "assessed requests",
    "One row per request, in the order in which they were assessed; each sees what the earlier ones reserve.",
    {
        "position": count("次序", "position"),
        "application_id": text("申请编号", "application id", key=True),
        "p_kw": number("申请容量", "requested power", "kW"),
        "urgent_kw": number("急需容量", "urgent power", "kW", missing="no urgent part"),
        "received_at": moment("受理时间", "received at", missing="not stated"),
        "verdict": text("结论", "verdict", choices=_ANSWERS),
        "promised_kw": number(
            "可承诺容量",
            "promised power",
            "kW",
            "At all hours: the whole power, where need be after works, or else the firm part of a staged offer (P16).",
            missing="not answered, or too little is known to promise anything",
            at_least=0.0,
        ),
        "now_kw": number(
            "可先供容量",
            "power before any project",
            "kW",
            "Of it at all hours before public works: all, the firm part of a staged offer (P16), or 0.",
            missing="not answered, or too little is known to promise anything",
            at_least=0.0,
        ),
        "option_kind": text("接入方式", "kind of option", choices=tuple(PLACE_KIND), missing="no option will do"),
        "target_id": text("接入设备", "connected to", missing="no option will do"),
        "route_m": number("路径长度", "route", "m", missing="no option will do"),
        "allowed_kva": number(
            "接入前允许容量", "allowed before", "kVA", "At the option's place, within P6's limit.", missing="unknown"
        ),
        "load_rate_percent": number("接入后配变负载率", "load rate after", "%", missing="unknown, or no transformer"),
        "limited_by": text("限制设备", "limited by", missing="nothing binds, or unknown"),
        "cost_yuan": number("投资估算", "cost", "CNY", "The likely amount, all payers.", missing="not worked out"),
        "customer_yuan": number("其中用户", "of it the customer's", "CNY", missing="not worked out"),
        "energised_on": moment(
            "最早送电", "energised on", "The whole power; the latest day where it is a range.", missing="not known"
        ),
        "answer_zh": text("答复", "answer (Chinese)"),
        "answer_en": text("答复（英文）", "answer"),
    },
)  # fmt: skip

COMPARED = table(
    "compared_orders",
    "两种次序对比",
    "two orders compared",
    "One row per request: what it gets in either order.",
    {
        "application_id": text("申请编号", "application id", key=True),
        "p_kw": number("申请容量", "requested power", "kW"),
        "position_before": count("原次序", "position before"),
        "position_after": count("新次序", "position after"),
        "verdict_before": text("原结论", "verdict before", choices=_ANSWERS),
        "verdict_after": text("新结论", "verdict after", choices=_ANSWERS),
        "promised_before_kw": number("原可承诺", "promised before", "kW", missing="not known, or not answered"),
        "promised_after_kw": number("新可承诺", "promised after", "kW", missing="not known, or not answered"),
        "difference_kw": number("差额", "difference", "kW", "After less before.", missing="not known in one of them"),
        "now_before_kw": number("原可先供", "before any project, before", "kW", missing="not known, or not answered"),
        "now_after_kw": number("新可先供", "before any project, after", "kW", missing="not known, or not answered"),
        "target_before": text("原接入设备", "connected to before", missing="no option will do"),
        "target_after": text("新接入设备", "connected to after", missing="no option will do"),
        "energised_before_on": moment("原最早送电", "energised before", missing="not known"),
        "energised_after_on": moment("新最早送电", "energised after", missing="not known"),
        "later_days": number("推迟", "later by", "d", "Calendar days; negative: earlier.", missing="not known"),
        "cost_before_yuan": number("原投资估算", "cost before", "CNY", missing="not worked out"),
        "cost_after_yuan": number("新投资估算", "cost after", "CNY", missing="not worked out"),
        "outcome": text(
            "得失",
            "outcome",
            "By kilowatts promised, then by those before any project, then by the day, then by the cost.",
            choices=tuple(ORDER_OUTCOME),
        ),
    },
)  # fmt: skip

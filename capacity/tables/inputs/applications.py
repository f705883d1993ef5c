"""Connection applications (``applications.csv``, optional; the register replaces it)."""

import pandas as pd

from capacity.tables._schema import flag, moment, number, table, text
from capacity.tables.inputs.customers import CATEGORIES

APPLICATIONS = table(
    "applications",
    "用电申请",
    "applications",
    "Accepted applications not yet energised reserve capacity (P7); received ones are judged by P6.",
    {
        "application_id": text("申请编号", "application id", key=True),
        "transformer_id": text("配变编号", "transformer id", missing="not assigned: reserves nothing, and says so"),
        "node_id": text("接入点编号", "node id", missing="LV busbar of the transformer"),
        "p_kw": number("申请容量", "requested power", "kW", above=0.0),
        "power_factor": number(
            "功率因数", "power factor", "1", missing="the case's power factor", above=0.0, at_most=1.0
        ),
        "phases": text("相数", "phases", choices=("1", "3"), missing="unknown"),
        "category": text("用电类别", "category", choices=CATEGORIES, missing="not stated"),
        "works_kva": number(
            "待装配变容量",
            "transformer to be put in",
            "kVA",
            "Rating of the transformer that has first to stand in the place of the one named, as the register says.",
            missing="the grid as it stands",
            above=0.0,
        ),
        "status": text(
            "状态",
            "status",
            choices=("received", "offered", "accepted", "energised", "withdrawn", "expired"),
        ),
        "received_at": moment("受理时间", "received at", missing="not stated"),
        "energise_on": moment("期望送电日期", "requested energisation", missing="not stated"),
        "reserves": flag(
            "占用容量",
            "reserves capacity",
            "Of energised ones: whether meters do not see it yet, as the register says.",
            missing="by its status: accepted ones reserve",
        ),
    },
)


def reserving(applications: pd.DataFrame) -> pd.Series:
    """Which applications reserve capacity (P7): those said to, else the accepted ones; bool, by the frame's index."""
    accepted = applications["status"].eq("accepted").fillna(False).astype(bool)
    if "reserves" not in applications:
        return accepted
    stated = applications["reserves"].astype("boolean")
    return stated.fillna(accepted.astype("boolean")).astype(bool)

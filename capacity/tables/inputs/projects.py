"""The project library (``projects.csv``, optional)."""

from capacity.tables._schema import moment, number, table, text

STAGES = ("initiated", "feasibility", "released", "design", "procurement", "construction", "accepted")

PROJECTS = table(
    "projects",
    "项目库",
    "projects",
    "Reinforcement projects, hand-kept or written by planning. Lists of ids are separated by ``;``.",
    {
        "project_id": text("项目编号", "project id", key=True),
        "name": text("项目名称", "project name", missing="the id is shown"),
        "stage": text("阶段", "stage", choices=STAGES),
        "rule": text("触发规则", "rule", "Rule it was raised for, e.g. P4.", missing="not stated"),
        "element_ids": text("设备编号", "element ids", missing="not stated"),
        "area_ids": text("网格编号", "area ids", missing="not stated"),
        "released_kva": number("释放容量", "released capacity", "kVA", missing="not stated", at_least=0.0),
        "cost_yuan": number("投资", "cost", "CNY", missing="not stated", at_least=0.0),
        "commissioning_date": moment("投产日期", "commissioning date", missing="not scheduled"),
        "status": text("状态", "status", choices=("planned", "running", "done", "cancelled")),
    },
)

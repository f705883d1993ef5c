"""A release by branch company: how many areas there are of each kind. Figures of areas do not add up."""

from capacity.tables._schema import count, table, text

BRANCHES = table(
    "public_branches",
    "分公司汇总",
    "branches",
    "One row per branch; areas whose branch is not stated come last.",
    {
        "branch": text("分公司", "branch", missing="not stated"),
        "phone": text("供电服务电话", "service number", missing="not stated"),
        "areas": count("网格数", "areas"),
        "open": count("可接入", "open"),
        "pre_control": count("预管控", "limited"),
        "blocked": count("受阻", "blocked"),
        "no_data": count("未知", "unknown"),
        "withheld": count("不予公开", "withheld"),
    },
)

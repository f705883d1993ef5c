"""Whether what is at hand is what a run was made from; otherwise its figures would be held against other data."""

from __future__ import annotations

from collections.abc import Mapping

from capacity.tables.issue import Issue
from capacity.tables.policy import Policy
from capacity.tables.run import Manifest
from capacity.tables.words import SHAPE


def differences(used: Mapping[str, str], found: Mapping[str, str]) -> list[Issue]:
    """Files that are not what the run used."""
    return [
        Issue(
            "error",
            "verify.case_differs",
            "case",
            "",
            (),
            f"{_state(name, used, found)} since the run; give the case as it was with --case, or run it again.",
            f"该文件在计算之后{_state_zh(name, used, found)}；请用 --case 指定当时的算例，或重新计算。",
            file=name,
        )
        for name in sorted(used.keys() | found.keys())
        if used.get(name) != found.get(name)
    ]


def _state(name: str, used: Mapping[str, str], found: Mapping[str, str]) -> str:
    if name not in found:
        return "it has gone"
    return "it has changed" if name in used else "it has been added"


def _state_zh(name: str, used: Mapping[str, str], found: Mapping[str, str]) -> str:
    if name not in found:
        return "已不存在"
    return "已改动" if name in used else "新增"


def policy_differences(manifest: Manifest, rules: Policy) -> list[Issue]:
    """Values that the policy no longer states as the run recorded them."""
    now = {name: trigger.threshold for name, trigger in rules.triggers.items()}
    now |= {name: choice.value for name, choice in rules.choices.items()}
    return [
        Issue(
            "error",
            "verify.policy_differs",
            "policy",
            name,
            (),
            f"the run took {manifest.policy_values.get(name)}, the policy now says {value}; run the case again.",
            f"计算时取值 {manifest.policy_values.get(name)}，现为 {value}；请重新计算。",
            file=rules.name,
        )
        for name, value in sorted(now.items())
        if manifest.policy_values.get(name) != value
    ]


def no_figures() -> Issue:
    """The run has nothing to verify."""
    return Issue(
        "error",
        "verify.no_figures",
        "nodes",
        "allowed_kva",
        (),
        "the run holds no node figure; run the case again with node capacity.",
        "本次计算没有任何节点容量；请重新计算并包含节点容量。",
        file="nodes.parquet",
    )


def not_flat(shape: str) -> Issue:
    """The run's figures are of another load than the one that is added when they are put to the test."""
    word = SHAPE[shape]
    return Issue(
        "error",
        "verify.not_flat",
        "manifest",
        "node_shape",
        (),
        f"the run's node figures are for a load of the shape '{word.en}', and only those of a flat load can be put to "
        "the test; run the case again without --node-shape.",
        f"本次节点容量按“{word.zh}”负荷计算，只能核验恒定负荷的节点容量；请去掉 --node-shape 重新计算。",
        file="manifest.json",
    )


def not_found(column: str, place: str, option: str) -> Issue:
    """What the run was made from is not where it says; ``option`` of the command tells another place."""
    shown, shown_zh = (f"'{place}'", f"“{place}”") if place else ("a place the run does not name", "未记录的位置")
    return Issue(
        "error",
        "verify.not_found",
        "manifest",
        column,
        (),
        f"what the run was made from lies at {shown}, which is not there; say where it is with {option}.",
        f"计算所用的数据应在{shown_zh}，现找不到；请用 {option} 指定。",
        file="manifest.json",
    )

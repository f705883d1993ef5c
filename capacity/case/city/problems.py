"""What can be wrong with a city folder, in the reader's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from capacity.case.issues import problem, quoted
from capacity.tables.issue import Issue

CITY_FILE = "city.toml"
MOST_NAMED = 5


def no_folder(folder: Path) -> Issue:
    """Nothing there."""
    return problem(
        "error",
        "city.folder",
        folder.name,
        f"There is no city folder '{folder}'; check the path.",
        f"没有城市文件夹“{folder}”，请检查路径。",
    )


def no_city_file(folder: Path) -> Issue:
    """A folder, but no city."""
    return problem(
        "error",
        "city.folder",
        CITY_FILE,
        f"'{folder}' holds no '{CITY_FILE}', so it is no city; give the folder that holds it, or write it.",
        f"“{folder}”中没有“{CITY_FILE}”，不是城市文件夹；请指定含有该文件的文件夹，或补写该文件。",
    )


def damaged(why: str) -> Issue:
    """``city.toml`` cannot be read."""
    return problem(
        "error",
        "city.settings",
        CITY_FILE,
        f"'{CITY_FILE}' cannot be read ({why}); correct that place.",
        f"“{CITY_FILE}”无法读取（{why}），请更正。",
    )


def setting(error: Any) -> Issue:
    """A value of ``city.toml`` that is not what it should be."""
    place = ".".join(str(part) for part in error["loc"])
    return problem(
        "error",
        "city.settings",
        CITY_FILE,
        f"'{place}': {error['msg']}; correct it.",
        f"“{place}”不符合要求：{error['msg']}，请更正。",
        column=place,
    )


def named_twice(name: str) -> Issue:
    """A member listed more than once."""
    return problem(
        "error",
        "city.member_twice",
        CITY_FILE,
        f"The member '{name}' is listed more than once; its areas would be counted twice. Delete the repetition.",
        f"成员“{name}”重复列出，其网格会被重复统计，请删除重复项。",
        column="members",
        ids=[name],
    )


def member_missing(name: str) -> Issue:
    """A member without folder."""
    return problem(
        "error",
        "city.member_missing",
        CITY_FILE,
        f"The member '{name}' has no folder; add it or take it off the list. A synthetic city that was interrupted "
        "is completed by the command that made it.",
        f"成员“{name}”没有对应的文件夹，请补充或从列表中删除；若为中断的合成城市，重新执行生成命令即可补齐。",
        column="members",
        ids=[name],
    )


def member_incomplete(name: str, files: Sequence[str]) -> Issue:
    """A member that lacks files no case can do without."""
    return problem(
        "error",
        "city.member_incomplete",
        f"{name}",
        f"The member '{name}' lacks {quoted(files)}; add what is missing.",
        f"成员“{name}”缺少 {quoted(files)}，请补充。",
        ids=files,
    )


def member_settings(name: str, why: str) -> Issue:
    """A member whose ``case.toml`` cannot be used."""
    return problem(
        "error",
        "city.member_settings",
        f"{name}/case.toml",
        f"The settings of the member '{name}' cannot be used ({why[:300]}); correct them.",
        f"成员“{name}”的 case.toml 不可用（{why[:300]}），请更正。",
        ids=[name],
    )


def other_as_of(expected: dt.date, found: Sequence[tuple[str, dt.date]]) -> Issue:
    """Members of another as-of date than the city's."""
    shown = quoted([f"{name}: {as_of}" for name, as_of in found])
    return problem(
        "error",
        "city.as_of",
        "case.toml",
        f"{len(found)} member(s) have another as-of date than the city's {expected} ({shown}); "
        "a city is looked at as of one day, correct them.",
        f"有 {len(found)} 个成员的截止日期与城市的 {expected} 不一致（{shown}）；全市须采用同一日期，请更正。",
        column="as_of",
        ids=[name for name, _ in found],
    )


def unlike(key: str, expected: str, others: Mapping[str, Sequence[str]]) -> Issue:
    """Members that differ from the rest in a setting."""
    shown = quoted([f"{name}: {_first_line(value)}" for value, names in others.items() for name in names])
    ids = [name for names in others.values() for name in names]
    return problem(
        "error",
        f"city.{key}",
        "case.toml",
        f"{len(ids)} member(s) differ from the others in '{key}' ({shown}; the others: {expected}); "
        "their figures could not be put in one table, correct them.",
        f"有 {len(ids)} 个成员的“{key}”与其他成员不同（{shown}；其余为 {expected}），结果无法汇总，请更正。",
        column=key,
        ids=ids,
    )


def ids_in_two_members(kind: str, found: Sequence[tuple[str, Sequence[str]]]) -> Issue:
    """Ids used in two members."""
    shown = quoted([f"{one}: {', '.join(names)}" for one, names in found[:MOST_NAMED]])
    more = f" … ({len(found)})" if len(found) > MOST_NAMED else ""
    return problem(
        "error",
        "city.doubled_ids",
        f"{kind.removesuffix('_id')}s",
        f"{len(found)} {kind}(s) are used in more than one member ({shown}{more}); "
        "an id means one thing in the whole city, rename one of them.",
        f"有 {len(found)} 个 {kind} 在多个成员中重复使用（{shown}{more}）；同一编号全市只能代表一个对象，请改名。",
        column=kind,
        ids=[one for one, _ in found],
    )


def not_empty(folder: Path) -> Issue:
    """A folder that holds something else."""
    return problem(
        "error",
        "city.folder",
        folder.name,
        f"'{folder}' holds other files and no '{CITY_FILE}'; choose an empty folder for the city.",
        f"“{folder}”中已有其他文件且没有“{CITY_FILE}”，请为城市选择空文件夹。",
    )


def other_city(folder: Path, differing: Sequence[str]) -> Issue:
    """A folder that holds a city of another plan."""
    return problem(
        "error",
        "city.other_plan",
        CITY_FILE,
        f"'{folder}' holds a city made with other values of {', '.join(differing)}; choose another folder, or repeat "
        "the values that stand in its README to complete it.",
        f"“{folder}”中已有按其他参数（{'、'.join(differing)}）生成的城市；"
        "请另选文件夹，或按其 README 中的参数重新执行以补齐。",
        ids=differing,
    )


def _first_line(value: str) -> str:
    name, _, text = value.partition("\n")
    return f"{name} (own file)" if text else name

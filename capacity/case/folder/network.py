"""``network.json`` in and out: UTF-8 whatever the machine's locale, and nothing imported that a file may not name."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import Any

from capacity.case.issues import problem, quoted
from capacity.tables.issue import Issue

TRUSTED_PACKAGES = frozenset({"pandapower", "pandas", "numpy", "networkx", "geopandas", "shapely", "builtins"})
"""Packages whose modules a network file may name; pandapower imports what it finds there."""


def read_network(data: bytes, file: str) -> tuple[Any | None, list[Issue]]:
    """The pandapower network in ``data``, or None and why there is none.

    Every ``_module`` named anywhere in the file, also inside nested JSON texts, is checked before pandapower sees it.
    """
    try:
        text = data.decode("utf-8-sig")
        content = json.loads(text)
    except (UnicodeDecodeError, ValueError, RecursionError) as why:
        return None, [_damaged(file, str(why))]
    foreign = sorted({module for module in _modules(content) if module.split(".")[0] not in TRUSTED_PACKAGES})
    if foreign:
        return None, [_foreign(file, foreign)]
    if not isinstance(content, dict) or "bus" not in content.get("_object", content):
        return None, [_damaged(file, "it holds no pandapower network")]
    import pandapower as pp

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            net = pp.from_json_string(text, convert=True)
        if not isinstance(net, pp.pandapowerNet):
            return None, [_damaged(file, "it holds no pandapower network")]
        return net, []
    except Exception as why:  # whatever a damaged file makes pandapower raise is a problem of the input
        return None, [_damaged(file, f"{type(why).__name__}: {why}")]


def network_text(net: Any) -> str:
    """The network as JSON text."""
    import pandapower as pp

    return str(pp.to_json(net, None, indent=1))


def _modules(content: Any) -> Iterator[str]:
    """Every value of ``_module`` in nested dictionaries, lists and JSON texts."""
    if isinstance(content, dict):
        if "_module" in content:
            yield str(content["_module"])
        for value in content.values():
            yield from _modules(value)
    elif isinstance(content, list):
        for value in content:
            yield from _modules(value)
    elif isinstance(content, str) and ("_module" in content or "\\u" in content):
        try:
            nested = json.loads(content)
        except (ValueError, RecursionError):
            return
        yield from _modules(nested)


def _damaged(file: str, why: str) -> Issue:
    detail = why.splitlines()[0][:200] if why else "unknown"
    return problem(
        "error",
        "reading.network",
        file,
        f"'{file}' cannot be read as a pandapower network ({detail}); export it again with pandapower's to_json.",
        f"文件“{file}”不能作为 pandapower 网络读取（{detail}），请用 pandapower 的 to_json 重新导出。",
    )


def _foreign(file: str, modules: list[str]) -> Issue:
    return problem(
        "error",
        "reading.network_untrusted",
        file,
        f"'{file}' names program modules that a network has no use for ({quoted(modules)}); it was not opened. "
        "Remove controllers and other objects and export the plain network.",
        f"文件“{file}”引用了网络数据不应包含的程序模块（{quoted(modules)}），已拒绝打开；请去除控制器等对象后重新导出。",
        ids=modules,
    )

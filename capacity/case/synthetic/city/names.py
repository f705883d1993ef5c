"""Invented Chinese names, unique over a whole city."""

from __future__ import annotations

import numpy as np

from capacity.case.synthetic.city.plan import NAMES, CityPlan

_FIRST = "青翠白金银龙凤云松柏竹梅荷枫桂石玉锦碧丹紫清永安宁和泰瑞祥"
_SECOND = "溪山湖河泉岭坪川原林桥洲浦屏岩津渡湾塘冲"
_ROADS_FIRST = "文昌建设人民解放滨河环城东门西门南门北门育才迎宾光明团结新华平安兴业朝阳学府工业站前花园望江广场"
_ROADS_SECOND = ("街", "路", "巷", "里", "小区", "市场", "新村", "西段", "东段", "南段", "北段", "后街")
_VILLAGES_FIRST = "杨柳核桃红土清水大树梨园茶花马鹿石头岩脚水井柿子烂泥桃园板桥上坝下坝老寨新寨双龙黄草葛藤麻栗杉木"
_VILLAGES_SECOND = tuple("村坝坪寨塘坡箐田地湾冲洼")
"""The first parts are of two characters each."""
DIGITS = "零一二三四五六七八九"


def place_of(plan: CityPlan, part: int) -> str:
    """The place a substation is named after; beyond the pool numbered, so still unique."""
    pool = [a + b for a in _FIRST for b in _SECOND if a != b]
    order = np.random.default_rng(plan.stream(NAMES)).permutation(len(pool))
    name = pool[order[part % len(pool)]]
    return name if part < len(pool) else f"{name}{chinese_number(part // len(pool) + 1)}"


def area_names(place: str, urban: bool, count: int, rng: np.random.Generator) -> list[str]:
    """Names of a substation's areas: a street or village behind the substation's own place."""
    first, second = (_ROADS_FIRST, _ROADS_SECOND) if urban else (_VILLAGES_FIRST, _VILLAGES_SECOND)
    pool = [first[k : k + 2] + b for k in range(0, len(first), 2) for b in second]
    order = rng.permutation(len(pool))
    names = [pool[order[k % len(pool)]] for k in range(count)]
    rounds = [k // len(pool) for k in range(count)]
    return [f"{place}{name}{chinese_number(r + 1) if r else ''}" for name, r in zip(names, rounds, strict=True)]


def chinese_number(number: int) -> str:
    """1 … 99 in Chinese, larger ones in digits."""
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    text = ("十" if tens == 1 else f"{DIGITS[tens]}十") if tens else ""
    return text + (DIGITS[ones] if ones or not tens else "")

"""The README that a generated city carries: that it is synthetic, how it was made, how it is used."""

from __future__ import annotations

import pandas as pd

from capacity.case.synthetic.city import CityPlan
from capacity.tables.city import CitySettings
from capacity.tables.words import AREA_CLASS


def readme_text(plan: CityPlan, settings: CitySettings) -> str:
    """The text, Chinese and English."""
    transformers = plan.substations * plan.feeders * plan.transformers
    dedicated = sum(plan.dedicated_of(part, k) for part in range(plan.substations) for k in range(plan.feeders))
    period = ""
    if settings.window_months is not None:
        period = f" --from {_start(plan):%Y-%m-%d} --to {plan.as_of:%Y-%m-%d}"
    weak = sum(plan.is_weak_substation(part) for part in range(plan.substations))
    classes = [plan.feeder_class(part, k) for part in range(plan.substations) for k in range(plan.feeders)]
    by_class_zh = "、".join(f"{word.zh} {classes.count(key)}" for key, word in AREA_CLASS.items() if key in classes)
    by_class_en = ", ".join(f"{word.en} {classes.count(key)}" for key, word in AREA_CLASS.items() if key in classes)
    short = plan.shortages
    return f"""# {plan.title_zh} · {plan.title_en}

**合成城市，不描述任何真实地区、电网或企业。** Places, grid, customers and load profiles are invented; no company's data
went into this folder. It is made to try and to measure the program on a grid of any size.

```
{_made_by(plan)}
```

The same command gives the same city; stopped half-way, it goes on where it stopped.
同一命令生成同一城市；中断后重新执行即从中断处继续。

| | |
|---|---|
| 变电站 substations | {plan.substations}, one case folder each, from the middle of the city outwards |
| 10千伏线路 feeders | {len(classes):,}: {by_class_zh} · {by_class_en} |
| 配变 transformers | {transformers:,}, of which {dedicated:,} dedicated 专变 |
| 0.4千伏节点 LV nodes | {transformers * plan.nodes:,} (busbars, poles and branch boxes, meter boxes) |
| 负荷曲线 profiles | {_start(plan):%Y-%m-%d} … {plan.as_of} (not included), {plan.profile_variants} per category |
| 量测 meter readings | {"one meter per transformer" if plan.meters else "none: loads follow the profiles"} |

## 如何使用 · How to use it

Every member is an ordinary case 每个成员都是普通算例:

```
capacity run FOLDER/{settings.members[0]}{period}
```

A row of `customers.csv` is a meter box and everybody behind it; `customer_count` in `transformers.csv` counts
households.

## 短缺之处 · What is short in it

Planned, before any load flow 计划值（未经潮流计算）:

| | |
|---|---|
| 主变负载 80–100 % · substations loaded 80 to 100 % | {weak} |
| 线路区段接近或超过限额 · feeders with a section near or above its limit | {100 * short.weak_sections:g} % |
| 老旧细长主干（城镇、农村架空线）· town and rural feeders with an old thin trunk | {100 * short.weak_feeders:g} % |
| 网格配变接近满载 · areas whose transformers are nearly full | {100 * short.full_areas:g} % |
| 低压主线过长 · transformers with an LV main too long for its voltage | {100 * short.long_mains:g} % |
| 低压主线过细 · transformers with an LV main near or above its rating | {100 * short.thin_mains:g} % |
| 配变过载 · transformers at 85 to 115 % | {100 * short.overloaded_transformers:g} % |

Made by `capacity.case.synthetic.city`; equipment values come from the program's equipment library, which names a
source for each. Licence: Apache-2.0.
"""


def _start(plan: CityPlan) -> pd.Timestamp:
    return pd.Timestamp(plan.as_of) - pd.DateOffset(months=plan.months)


def _made_by(plan: CityPlan) -> str:
    """The command that makes the city; a call where its plan says more than the command can."""
    by_command = CityPlan(
        plan.substations, plan.feeders, plan.transformers, plan.nodes, plan.months, plan.seed, meters=plan.meters
    )
    if plan != by_command:
        return "capacity.case.write_city(CityPlan(…), FOLDER)  # the values stand in city.toml under [generator]"
    return (
        f"capacity city FOLDER --substations {plan.substations} --feeders {plan.feeders} "
        f"--transformers {plan.transformers} --nodes {plan.nodes} --months {plan.months} --seed {plan.seed}"
        + (" --meters" if plan.meters else "")
    )

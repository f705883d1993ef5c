"""What the load flow itself found out about the data: failed steps, readings filled or not met."""

from __future__ import annotations

from collections.abc import Iterator

from capacity.tables.case import Case
from capacity.tables.issue import Issue
from capacity.tables.solved import SolvedYear


def load_flow_issues(solved: SolvedYear, case: Case) -> list[Issue]:
    """Failed steps per island, readings filled for the load flow, and readings that it could not meet."""
    return [*_failed_steps(solved, case), *_filled_readings(solved, case), *_unmet_readings(solved, case)]


def _failed_steps(solved: SolvedYear, case: Case) -> Iterator[Issue]:
    for island, failed in enumerate(solved.failed):
        if not failed.any():
            continue
        first = f"{solved.timestamps[failed][0]:%Y-%m-%d %H:%M}"
        yield Issue(
            severity="warning",
            check="loadflow.failed_steps",
            table="network",
            column="",
            ids=(f"island {island}",),
            sentence_en=f"the load flow of island {island} did not converge at {int(failed.sum())} of "
            f"{len(failed)} steps, first at {first}; they count for nothing and no capacity is promised there",
            sentence_zh=f"第{island}号电网有{int(failed.sum())}步（共{len(failed)}步）潮流不收敛，首次为{first}；"
            "这些时刻不计入结果，也不据此承诺容量",
            effect="not_counted",
            area_ids=_areas_of_island(case, island),
        )


def _filled_readings(solved: SolvedYear, case: Case) -> Iterator[Issue]:
    for name, count in sorted(solved.filled_steps.items()):
        if count:
            yield Issue(
                severity="info",
                check="loadflow.filled_readings",
                table="measurements",
                column="",
                ids=(name,),
                sentence_en=f"for the load flow only, {count} missing readings of transformer {name} were filled from "
                "neighbouring weeks; they do not count for its load rate",
                sentence_zh=f"仅为潮流计算，配变{name}的{count}个缺失读数按相邻周同一时刻补齐，不计入其负载率",
                effect="assumed",
                area_ids=_area_of(case, name),
            )


def _unmet_readings(solved: SolvedYear, case: Case) -> Iterator[Issue]:
    for row in solved.unmet.itertuples():
        name, first = str(row.transformer_id), f"{row.first_at:%Y-%m-%d %H:%M}"
        yield Issue(
            severity="warning",
            check="loadflow.unmet_readings",
            table="measurements",
            column="",
            ids=(name,),
            sentence_en=f"the simulation could not meet {row.steps} readings of transformer {name}, first at {first}: "
            f"{row.why}; its load rate is the measured one, the grid above it is less certain",
            sentence_zh=f"配变{name}有{row.steps}个读数无法在仿真中复现，首次为{first}；"
            "其负载率仍取实测值，上级电网的结果精度降低",
            effect="lower_accuracy",
            area_ids=_area_of(case, name),
        )


def _areas_of_island(case: Case, island: int) -> tuple[str, ...]:
    trafos = case.topology.trafos
    names = trafos.loc[trafos["island"].eq(island), "trafo_id"]
    areas = case.transformers.loc[case.transformers["transformer_id"].isin(names), "area_id"].dropna().unique()
    return tuple(sorted(str(area) for area in areas))


def _area_of(case: Case, transformer_id: str) -> tuple[str, ...]:
    area = case.transformers.loc[case.transformers["transformer_id"].eq(transformer_id), "area_id"].dropna()
    return tuple(str(value) for value in area.head(1))

"""Whatever a report draws, as PNG in one language."""

from __future__ import annotations

from capacity.figures.report_charts import chart_png
from capacity.figures.report_gantt import gantt_pngs
from capacity.figures.report_map import map_png
from capacity.tables.report import AreaMap, Chart, Drawing, Gantt, Language


def pictures_of(drawing: Drawing, language: Language) -> tuple[bytes, ...]:
    """PNG files of a drawing; a long programme takes several.

    Parameters
    ----------
    language : ``zh`` or ``en``; English where no Chinese font is installed.
    """
    match drawing:
        case Chart():
            return (chart_png(drawing, language),)
        case Gantt():
            return gantt_pngs(drawing.programme, language)
        case AreaMap():
            return (map_png(drawing.run, language),)

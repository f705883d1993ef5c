"""Whatever a report draws, as PNG in one language."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from capacity.figures.area_map import draw_maps
from capacity.figures.fonts import lettered, lettering
from capacity.figures.gantt import draw_gantt
from capacity.figures.report_charts import chart_png
from capacity.tables.report import AreaMap, Chart, Drawing, Gantt, Language


def pictures_of(drawing: Drawing, language: Language) -> tuple[bytes, ...]:
    """PNG files of a drawing; a long programme takes several.

    Parameters
    ----------
    language : ``zh`` or ``en``; English where no Chinese font is installed, and said so in the picture.
    """
    match drawing:
        case Chart():
            return (chart_png(drawing, language),)
        case Gantt():
            with TemporaryDirectory(prefix="capacity-report-") as folder:
                paths = draw_gantt(drawing.programme, drawing.head, Path(folder), language)
                return tuple(path.read_bytes() for path in paths)
        case AreaMap():
            letters = lettering(language)
            with TemporaryDirectory(prefix="capacity-report-") as folder, lettered(letters):
                return (draw_maps(drawing.run, Path(folder), letters)[0].read_bytes(),)

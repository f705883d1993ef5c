"""The pages' HTML: templates of the built page with the few words put in that differ from page to page.

The pages hold no script and no style of their own, so that a browser may be told to run none but the site's.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from capacity.disclosure.guide import guide_html
from capacity.errors import PublicationError
from capacity.tables.release import DisclosureRules

TEMPLATES = "templates"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_GUIDE = re.compile(r"<!-- guide:(zh|en) -->")


@dataclass(frozen=True)
class Shell:
    """What differs from page to page.

    ``root`` is the relative path to the site's folder, ``release`` the release that the page is pinned to (empty: the
    newest), ``rules`` those whose values the guide names.
    """

    root: str
    release: str
    title: str
    description: str
    internal: bool = False
    rules: DisclosureRules | None = None


def built_page() -> Path:
    """The folder of the page's built scripts, styles and templates, which the package carries.

    Raises
    ------
    PublicationError
        They have not been built: the package was installed from its sources without building them.
    """
    folder = Path(str(files("capacity.disclosure"))) / "static"
    needed = [
        folder / "app.js",
        folder / "app.css",
        folder / TEMPLATES / "index.html",
        folder / TEMPLATES / "guide.html",
    ]
    absent = [path.relative_to(folder).as_posix() for path in needed if not path.is_file()]
    if absent:
        raise PublicationError(
            f"the map page has not been built ({', '.join(absent)} missing). In the source folder type: "
            "python -m tools.build_web, or install the package again.",
            f"地图页面尚未构建（缺少 {'、'.join(absent)}）。请在源码目录执行 "
            "python -m tools.build_web，或重新安装本程序。",
        )
    return folder


def fill_template(template: str, shell: Shell) -> str:
    """The page of a template: ``{{word}}`` is replaced by what the shell says, ``<!-- guide:zh -->`` by the guide.

    Raises
    ------
    ValueError
        The template asks for something that a shell does not have.
    """
    values = {
        "root": shell.root,
        "release": shell.release,
        "title": shell.title,
        "description": shell.description,
        "internal": "true" if shell.internal else "false",
    }

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise ValueError(f"the template asks for an unknown '{match[1]}'")
        return html.escape(values[match[1]], quote=True)

    def guide(match: re.Match[str]) -> str:
        return guide_html("zh" if match[1] == "zh" else "en", shell.rules)

    return _GUIDE.sub(guide, _PLACEHOLDER.sub(value, template))


def write_shell(assets: Path, name: str, shell: Shell, target: Path) -> None:
    """The page of the template ``name`` as ``target``."""
    template = (assets / TEMPLATES / name).read_text(encoding="utf-8")
    target.write_text(fill_template(template, shell), encoding="utf-8", newline="\n")

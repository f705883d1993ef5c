"""Templates as the built page has them, for tests that look at data and files rather than at the page."""

from __future__ import annotations

from pathlib import Path

SHELL = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'">
<title>{{title}}</title><meta name="description" content="{{description}}">
<link rel="stylesheet" href="{{root}}/assets/app.css"><script src="{{root}}/assets/app.js" defer></script>
<script src="{{root}}/releases/index.js" defer></script></head>
<body data-root="{{root}}" data-release="{{release}}" data-internal="{{internal}}"></body></html>
"""


def plain_page(folder: Path) -> Path:
    """A folder of assets with the two templates and next to nothing in the script."""
    (folder / "templates").mkdir(parents=True)
    for name in ("index.html", "guide.html"):
        (folder / "templates" / name).write_text(SHELL, encoding="utf-8")
    (folder / "app.js").write_text("window.CAPACITY = {};\n", encoding="utf-8")
    (folder / "app.css").write_text("body { margin: 0 }\n", encoding="utf-8")
    (folder / "licences.txt").write_text("none\n", encoding="utf-8")
    return folder

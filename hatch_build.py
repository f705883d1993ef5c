"""Build the map page when the package is installed or a wheel is made; see ``tools/build_web.py``."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WITHOUT = "CAPACITY_WITHOUT_PAGE"  # set to anything to install without the page, and without asking for node


class MapPage(BuildHookInterface[Any]):
    """Brings ``capacity/disclosure/static/`` up to date; never makes an installation fail."""

    def dependencies(self) -> list[str]:
        """Node from PyPI, where the page has to be built and the machine has no node."""
        tool = _build_web(Path(self.root))
        if os.environ.get(WITHOUT) or tool.is_built() or tool.has_node():
            return []
        return [f"{tool.NODE_PACKAGE}>={tool.OLDEST_NODE}"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, or say why it is not there."""
        tool = _build_web(Path(self.root))
        if os.environ.get(WITHOUT):
            return
        try:
            tool.build()
        except tool.NotBuilt as error:
            self.app.display_warning(error.told())


def _build_web(root: Path) -> ModuleType:
    """``tools/build_web.py`` of this source folder, which is not on the path of a build."""
    spec = importlib.util.spec_from_file_location("capacity_build_web", root / "tools" / "build_web.py")
    if spec is None or spec.loader is None:
        raise ImportError("tools/build_web.py is missing from the source folder")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module

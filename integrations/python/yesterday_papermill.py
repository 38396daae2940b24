"""The engine `yesterday` of papermill: `papermill --engine yesterday IN OUT`."""

from __future__ import annotations

from typing import Any

from papermill.engines import NBClientEngine
from yesterday_client import YesterdayKernelManager


class YesterdayEngine(NBClientEngine):
    """Runs each notebook in a new kernel of a Yesterday server. It is recorded under the path of OUT."""

    @classmethod
    def execute_notebook(
        cls, nb: Any, kernel_name: str, output_path: str | None = None, **options: Any
    ) -> Any:
        path = output_path or options.get("input_path") or ""
        named = type("NamedKernelManager", (YesterdayKernelManager,), {"notebook_path": str(path)})
        options.setdefault("kernel_manager_class", named)
        return super().execute_notebook(nb, kernel_name, output_path=output_path, **options)

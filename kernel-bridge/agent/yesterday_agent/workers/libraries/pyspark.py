"""PySpark: its virtual machine starts a Python that forks the workers of the executors."""

from __future__ import annotations

from .library import ChildLibrary

LIBRARY = ChildLibrary("pyspark", pool="spark", launchers=("spark-submit",), temporary=("spark-", "blockmgr-"))

"""Workers of clusters that a cell starts, with the real libraries: what they touch belongs to the run that waits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from kernel import Kernel
from test_workers import edges, record_of, workers

SHARDS = 4


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for number in range(SHARDS):
        (tmp_path / f"shard{number}.csv").write_text(f"a,b\n{number},1\n")
    kernel = Kernel()
    yield kernel
    kernel.close()


def shards(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: edge for name, edge in edges(record, "file").items() if name.startswith("shard")}


def roles(record: dict[str, Any]) -> set[str]:
    return {worker["role"] for worker in workers(record)}


def own_files(record: dict[str, Any]) -> list[str]:
    """What the library keeps for itself, where a record shows it."""
    named = [edge["name"] for side in ("used", "generated") for edge in record[side] if edge["kind"] == "file"]
    return [name for name in named if name.startswith("/tmp/") and "pytest" not in name]


def check(kernel: Kernel, load: str, role: str) -> None:
    """Each shard is read by a worker that the record names, and a second run that reads one has that one alone."""
    every = record_of(kernel.run(load.format(f"range({SHARDS})")))
    read = shards(every)
    assert len(read) == SHARDS and all(edge["digest"] for edge in read.values())
    touched = {key for edge in read.values() for key in edge["facets"]["workers"]}
    assert touched <= {worker["worker"] for worker in workers(every)} | {f"{w['worker']}.1" for w in workers(every)}
    assert role in roles(every) and own_files(every) == []
    assert not any("read by" in one["what"] or "later" in one["what"] for one in every["notCaptured"])
    assert set(shards(record_of(kernel.run(load.format("[2]"))))) == {"shard2.csv"}


def test_dask(kernel: Kernel) -> None:
    pytest.importorskip("distributed")
    start = "from dask.distributed import Client, LocalCluster\n"
    start += (
        "cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)\nclient = Client(cluster)"
    )
    first = record_of(kernel.run(start))
    assert roles(first) == {"dask"} and own_files(first) == []
    load = "def load(number):\n    return len(open(f'shard{{number}}.csv').read())\n"
    check(kernel, load + "print(client.gather(client.map(load, {}, pure=False)))", "dask")
    kernel.run("client.close(); cluster.close()")


def test_dask_workers_of_the_command_line(kernel: Kernel) -> None:
    pytest.importorskip("distributed")
    record_of(
        kernel.run(
            "import subprocess, sys\nfrom dask.distributed import Client\n"
            "words = [sys.executable, '-m', 'distributed.cli.dask_scheduler', '--port', '0', '--no-dashboard',\n"
            "         '--scheduler-file', 'scheduler.json']\n"
            "programs = [subprocess.Popen(words, stderr=subprocess.DEVNULL)]\n"
            "words = [sys.executable, '-m', 'distributed.cli.dask_worker', '--no-dashboard', '--nthreads', '1',\n"
            "         '--scheduler-file', 'scheduler.json']\n"
            "programs += [subprocess.Popen(words, stderr=subprocess.DEVNULL) for _ in range(2)]\n"
            "client = Client(scheduler_file='scheduler.json'); client.wait_for_workers(2)"
        )
    )
    load = "def load(number):\n    return len(open(f'shard{number}.csv').read())\n"
    record = record_of(kernel.run(load + f"print(client.gather(client.map(load, range({SHARDS}))))"))
    assert len(shards(record)) == SHARDS and "dask" in roles(record)
    kernel.run("client.shutdown(); [one.wait() for one in programs]")


def test_ray(kernel: Kernel, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    first = record_of(
        kernel.run(
            "import ray; _ = ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, "
            "configure_logging=False, logging_level='error')"
        )
    )
    assert own_files(first) == []
    load = "@ray.remote\ndef load(number):\n    return len(open(f'{{folder}}/shard{{number}}.csv').read())\n"
    kernel.run(f"folder = {str(tmp_path)!r}")
    check(kernel, load + "print(ray.get([load.remote(number) for number in {}]))", "ray")
    kernel.run("ray.shutdown()")


def test_spark(kernel: Kernel, tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs a Java runtime")
    build = "SparkSession.builder.master('local[2]').config('spark.ui.enabled', 'false').getOrCreate()"
    record_of(kernel.run(f"from pyspark.sql import SparkSession\nspark = {build}"))
    load = f"def load(number):\n    return len(open(f'{tmp_path}/shard{{{{number}}}}.csv').read())\n"
    check(kernel, load + "print(spark.sparkContext.parallelize({}, 2).map(load).collect())", "spark")
    read = record_of(kernel.run("print(spark.read.csv('shard*.csv', header=True).count())"))
    assert set(shards(read)) == {f"shard{number}.csv" for number in range(SHARDS)}
    kernel.run("spark.range(10).write.mode('overwrite').parquet('out')", run="writes")
    back = record_of(kernel.run("print(spark.read.parquet('out').count())"))
    made = [edge for edge in back["used"] if edge.get("by") == "writes"]
    assert made != []
    kernel.run("spark.stop()")


RANKS = """
import os, torch, torch.distributed as d
d.init_process_group('gloo')
rank = d.get_rank()
x = torch.tensor([float(len(open(f'shard{rank}.csv').read()))])
d.all_reduce(x)
print(rank, x.item())
d.destroy_process_group()
"""


@pytest.mark.thorough
def test_torchrun_over_two_nodes(kernel: Kernel, tmp_path: Path) -> None:
    """Two launchers on one machine, each with two ranks, as those of two nodes."""
    pytest.importorskip("torch")
    (tmp_path / "ranks.py").write_text(RANKS)
    code = """
        import socket, subprocess, sys
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0)); port = s.getsockname()[1]
        words = [sys.executable, '-m', 'torch.distributed.run', '--nnodes=2', '--nproc-per-node=2', '--rdzv-id=a',
                 '--rdzv-backend=c10d', f'--rdzv-endpoint=127.0.0.1:{port}', '--local-addr=127.0.0.1', 'ranks.py']
        quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.PIPE, 'text': True}
        nodes = [subprocess.Popen(words, **quiet) for _ in '12']
        print([(one.communicate()[1][-2000:] if one.wait() else '') for one in nodes])
    """
    ran = kernel.run(dedent(code))
    record = record_of(ran)
    assert ran.text == "['', '']\n"
    ranks = {worker["rank"]: worker["worker"] for worker in workers(record) if "rank" in worker}
    assert sorted(ranks) == [0, 1, 2, 3]
    for rank, worker in ranks.items():
        assert shards(record)[f"shard{rank}.csv"]["facets"]["workers"] == [worker]
    assert len({worker.split(".")[0] for worker in ranks.values()}) == 2


BECOMES = {
    "execv": "os.execv(sys.executable, [sys.executable, 'read.py'])",
    "execve": "os.execve(sys.executable, [sys.executable, 'read.py'], {'A': '1'})",
    "a wrapper on the path": "os.execvp('env', ['env', sys.executable, 'read.py'])",
    "a shell": "os.execvp('sh', ['sh', '-c', f'{sys.executable} read.py'])",
}


@pytest.mark.parametrize("way", BECOMES)
def test_a_child_that_becomes_another_program(kernel: Kernel, tmp_path: Path, way: str) -> None:
    (tmp_path / "read.py").write_text("open('shard1.csv').read()")
    (tmp_path / "first.py").write_text(f"import os, sys\n{BECOMES[way]}")
    record = record_of(kernel.run("import subprocess, sys\nsubprocess.run([sys.executable, 'first.py'], check=True)"))
    assert shards(record)["shard1.csv"]["facets"]["workers"]
    assert {worker["ended"] for worker in workers(record)} == {"exited"}


@pytest.mark.parametrize("words", [["env", "A=1"], ["nice", "-n", "1"], ["timeout", "100"]])
def test_a_wrapper_around_a_python(kernel: Kernel, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "read.py").write_text("open('shard1.csv').read()")
    code = f"import subprocess, sys\nsubprocess.run([*{words}, sys.executable, 'read.py'], check=True)"
    assert shards(record_of(kernel.run(code)))["shard1.csv"]["facets"]["workers"] == ["1"]


def test_ranks_that_mpi_gives(kernel: Kernel) -> None:
    code = "import os, subprocess, sys\nfor rank in '01':\n    subprocess.run([sys.executable, '-c', 'pass'], "
    record = record_of(kernel.run(code + "env={**os.environ, 'OMPI_COMM_WORLD_RANK': rank})"))
    assert [worker["rank"] for worker in workers(record)] == [0, 1]

"""What the launcher finds out about a machine: a Python with `jupyter_server`, processors, memory, GPUs."""

import glob
import hashlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from typing import Any

Answer = dict[str, Any]

PROBE_SECONDS = 30.0
GPU_SECONDS = 5.0

PROBE = """
import json, sys
import ipykernel, jupyter_server
from jupyter_client.kernelspec import KernelSpecManager
found = KernelSpecManager().get_all_specs()
kernels = [
    {"name": name, "title": one["spec"].get("display_name") or name, "language": one["spec"].get("language") or ""}
    for name, one in found.items()
]
versions = {
    "python": "%d.%d.%d" % sys.version_info[:3],
    "jupyter_server": jupyter_server.__version__,
    "ipykernel": ipykernel.__version__,
}
print("\\n" + json.dumps({"versions": versions, "kernels": kernels[:200]}))
"""


class Refusal(Exception):
    """Why there is no server: a word for the program, and facts for people."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.detail = detail


def find_python(settings: Answer) -> tuple[str, Answer]:
    """The first that has what it takes, and what it says of itself. Throws with the one to install it in."""
    tried = []
    for python in candidates(settings):
        if python in tried or not os.access(python, os.X_OK):
            continue
        tried.append(python)
        probed = probe(python)
        if probed is not None:
            return python, probed
    if not tried:
        raise Refusal("noPython", settings["python"] or "")
    raise Refusal("noJupyter", tried[0])


def candidates(settings: Answer) -> list[str]:
    given = settings["python"]
    if given is not None:
        path = os.path.expanduser(given)
        return [os.path.join(path, "bin", "python") if os.path.isdir(path) else path]
    folder = os.path.expanduser(settings["folder"])
    homes = [folder, os.path.expanduser("~")]
    found = [os.path.join(home, name, "bin", "python") for home in homes for name in (".venv", "venv")]
    programs = [shebang(program) for name in ("jupyter-server", "jupyter") if (program := shutil.which(name))]
    return [*found[:2], sys.executable, *programs, *found[2:], *conda_pythons()]


def shebang(program: str) -> str:
    try:
        with open(program, "rb") as file:
            line = file.readline(300)
        return line[2:].decode().strip() if line.startswith(b"#!") and b"env " not in line else ""
    except (OSError, UnicodeDecodeError):
        return ""


def conda_pythons() -> list[str]:
    bases = ("~/miniforge3", "~/mambaforge", "~/miniconda3", "~/anaconda3", "/opt/conda")
    return [path for base in bases for path in glob.glob(os.path.join(os.path.expanduser(base), "bin", "python"))]


def probe(python: str) -> Answer | None:
    try:
        done = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
        found: Answer = json.loads(done.stdout.strip().rpartition("\n")[2])
        return found if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def machine() -> Answer:
    try:
        cpus = len(os.sched_getaffinity(0))
    except AttributeError:
        cpus = os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    host = socket.gethostname()
    return {
        "host": host,
        "id": hashlib.sha256(f"{host}\0{system_id()}".encode()).hexdigest()[:16],
        "system": platform.platform(),
        "cpus": cpus,
        "memory": memory,
        "gpus": gpus(),
    }


def system_id() -> str:
    try:
        with open("/etc/machine-id") as file:
            return file.read().strip()
    except OSError:
        return ""


def gpus() -> list[dict[str, str]]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    words = [program, "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=GPU_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[part.strip() for part in line.split(",")] for line in done.stdout.splitlines()[:64]]
    return [{"name": row[0], "driver": row[1], "memory": row[2]} for row in rows if len(row) == 3]

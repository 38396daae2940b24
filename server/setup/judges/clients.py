"""Clients of others against a server of ours, each in the way that its users use it. Prints a line of JSON for each.

Arguments: the server's address, its token, and a folder for scratch files. Kernels are reached by the gateway client of
Jupyter Server, which nbclient and papermill take as their kernel manager.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
import traceback
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

ORIGIN, TOKEN, SCRATCH = sys.argv[1].rstrip("/"), sys.argv[2], Path(sys.argv[3])
os.environ["JUPYTER_GATEWAY_URL"] = ORIGIN
os.environ["JUPYTER_GATEWAY_AUTH_TOKEN"] = TOKEN


def recorded(notebook: str | None = None) -> list[dict]:
    """The runs of the history, newest first."""
    query = "" if notebook is None else f"?notebook={urllib.parse.quote(notebook)}"
    request = urllib.request.Request(f"{ORIGIN}/api/log{query}", headers={"Authorization": f"token {TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["runs"]


def until(condition: Callable[[], bool], what: str) -> None:
    """Waits until a condition holds, at most two minutes."""
    end = time.monotonic() + 120
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within two minutes: {what}")
        time.sleep(0.2)


def expect_runs(before: int, more: int) -> None:
    until(lambda: len(recorded()) >= before + more, f"{more} recorded runs")


def notebook(*sources: str):
    import nbformat

    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nb


def text_of(cell) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def judge_nbclient() -> None:
    from nbclient import NotebookClient
    from yesterday_client import YesterdayKernelManager

    before = len(recorded())
    nb = notebook("x = 6", "print(x * 7)", "import sys; print('err', file=sys.stderr)")
    NotebookClient(nb, timeout=120, kernel_manager_class=YesterdayKernelManager).execute()
    assert text_of(nb.cells[1]) == "42\n", nb.cells[1].outputs
    assert text_of(nb.cells[2]) == "err\n", nb.cells[2].outputs
    expect_runs(before, 3)


def judge_nbclient_errors() -> None:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from yesterday_client import YesterdayKernelManager

    nb = notebook("1 / 0", "print('not reached')")
    try:
        NotebookClient(nb, timeout=120, kernel_manager_class=YesterdayKernelManager).execute()
    except CellExecutionError as error:
        assert error.ename == "ZeroDivisionError", error.ename
    else:
        raise AssertionError("the error of a cell did not stop the notebook")


def judge_papermill() -> None:
    import nbformat
    import papermill

    source, target = SCRATCH / "in.ipynb", SCRATCH / "out.ipynb"
    nb = notebook("factor = 1", "print(6 * factor)")
    nb.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nb, source)
    papermill.execute_notebook(source, target, {"factor": 7}, engine_name="yesterday", progress_bar=False)
    done = nbformat.read(target, 4)
    assert text_of(done.cells[-1]) == "42\n", done.cells[-1].outputs
    until(lambda: len(recorded(str(target).lstrip("/"))) == 3, "three runs under the path of the output")


def judge_kernel_client() -> None:
    from jupyter_kernel_client import JupyterKernelClient

    before = len(recorded())
    with JupyterKernelClient(server_url=ORIGIN, token=TOKEN) as kernel:
        reply = kernel.execute("x = 6\nprint(x * 7)")
        assert reply["status"] == "ok", reply
        assert reply["outputs"][0]["text"] == "42\n", reply
        kernel.set_variable("name", "Ada")
        assert any(variable["name"] == "name" for variable in kernel.list_variables())
    expect_runs(before, 1)


def judge_lab_gateway() -> None:
    """A real JupyterLab whose kernels are ours, used by its own REST API and sockets."""
    from jupyter_kernel_client import JupyterKernelClient

    port, token = 18_888, "a-token-of-lab"
    words = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={SCRATCH}", f"--gateway-url={ORIGIN}"),
    ]
    before = len(recorded())
    with (SCRATCH / "lab.log").open("w") as log:
        lab = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            until(lambda: lab.poll() is not None or answers(port), "JupyterLab answers")
            address = f"http://127.0.0.1:{port}"
            with JupyterKernelClient(server_url=address, token=token) as kernel:
                reply = kernel.execute("print(6 * 7)")
                assert reply["outputs"][0]["text"] == "42\n", reply
                kernel.restart()
                assert kernel.execute("1 + 1")["status"] == "ok"
            expect_runs(before, 2)
        finally:
            lab.terminate()
            lab.wait(30)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def main() -> None:
    asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())
    for name, judge in list(globals().items()):
        if not name.startswith("judge_"):
            continue
        try:
            judge()
            problem = None
        except Exception:
            problem = traceback.format_exc()
        print(json.dumps({"name": name.removeprefix("judge_"), "problem": problem}), flush=True)


main()

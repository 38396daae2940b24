"""
Finds or starts one private Jupyter server on this machine, and prints where it listens.

It is sent to a machine as one program (kernel-bridge/src/providers/launched/program.ts adds the settings and calls
`main`), over the standard input of `python3 -` or as a file of mode 600. It needs Python 3.10 and nothing else. The
Python that runs the server needs `jupyter_server` and `ipykernel`.

Settings:
    action       "start": finds or starts it. "find": starts none. "look": lists kernels. "stop": ends it, kernels too
    mark         a word that begins the line of the answer, so that no other output is taken for it
    key          names the server: one runs for each key, user and machine
    python       a Python, or the folder of an environment; null looks in the usual places
    folder       where kernels start; "~" is the home folder
    listen       "socket": a Unix socket. "port": a port of 127.0.0.1. The server has a token in both cases
    idleSeconds  the server ends after this time without kernels and requests
    state        the folder for its notes; null for the one of the user
    report       a file of mode 600 that gets the answer; null prints it
    stay         true: `main` returns when the server that it started ends, as a job does
    server       the source of server.py

The answer is one object of JSON: {"status": "running" | "stopped" | "none", "socket", "port", "token", "pid", "python",
"folder", "isNew", "versions", "machine"}, {"status": "seen", "kernels", "isRunning", ...}, or {"problem", "detail"}.
The token is in no argument, no environment and no output but the answer.
"""

import fcntl
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

from yesterday_launcher.found import Answer, Refusal, find_python, machine

#: How long a server may take to answer after its start; how long a running one may take.
START_SECONDS = 60.0
ANSWER_SECONDS = 5.0
LOCK_SECONDS = START_SECONDS + 15.0
LOG_TAIL = 2_000


def main(settings_text: str) -> int:
    settings = json.loads(settings_text)
    child: subprocess.Popen[bytes] | None = None
    try:
        answer, child = perform(settings)
    except Refusal as refusal:
        answer = {"problem": refusal.problem, "detail": refusal.detail[-LOG_TAIL:]}
    except Exception as error:
        answer = {"problem": "failed", "detail": f"{type(error).__name__}: {error}"[-LOG_TAIL:]}
    give(answer, settings)
    if "problem" in answer:
        return 1
    return wait_for(child) if child is not None and settings["stay"] else 0


def perform(settings: Answer) -> tuple[Answer, "subprocess.Popen[bytes] | None"]:
    action = settings["action"]
    folder = own_folder(settings)
    with Lock(os.path.join(folder, "lock")):
        found = running(folder)
        if action == "stop":
            return {"status": "stopped" if end(found, folder) else "none"}, None
        if action == "find":
            return (described(found, False), None) if found else ({"status": "none"}, None)
        if action == "look":
            python, probed = find_python(settings)
            is_running = found is not None
            return {"status": "seen", "isRunning": is_running, "python": python, **probed, "machine": machine()}, None
        if found is not None and is_wanted(found, settings):
            return described(found, False), None
        end(found, folder)
        state, child = start(folder, settings)
        return described(state, True), child


def give(answer: Answer, settings: Answer) -> None:
    text = json.dumps(answer)
    if settings["report"] is not None:
        write_whole(settings["report"], text)
    else:
        sys.stdout.write(f"\n{settings['mark']} {text}\n")
        sys.stdout.flush()


def described(state: Answer, is_new: bool) -> Answer:
    return {"status": "running", "isNew": is_new, **state, "machine": machine()}


# The folder for notes ------------------------------------------------------------------------------------------------


def own_folder(settings: Answer) -> str:
    """One for each key and machine, as home folders may be shared. Closed to other users."""
    home = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    base = settings["state"] or os.path.join(home, "yesterday", "launched")
    here = re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:80] or "host"
    folder = os.path.join(base, here, settings["key"])
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.chmod(folder, 0o700)
        seen = os.lstat(folder)
    except OSError as error:
        raise Refusal("noFolder", f"{folder}: {error.strerror}") from None
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid():
        raise Refusal("noFolder", f"{folder} is not a folder of yours")
    return folder


class Lock:
    """One launcher at a time for each key. Freed by the system if the launcher ends."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> None:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise Refusal("busy") from None
                time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        os.close(self._file)


def write_whole(path: str, text: str) -> None:
    passing = f"{path}.{secrets.token_hex(4)}"
    handle = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    os.replace(passing, path)


# A server that runs --------------------------------------------------------------------------------------------------


def running(folder: str) -> Answer | None:
    """The server of the notes, if it answers. Throws if it runs and does not answer."""
    try:
        with open(os.path.join(folder, "state.json")) as file:
            state: Answer = json.load(file)
    except (OSError, ValueError):
        return None
    deadline = time.monotonic() + 2 * ANSWER_SECONDS
    while same_process(state["pid"], state["began"]):
        if answers(state):
            return state
        if time.monotonic() > deadline:
            raise Refusal("silent", f"process {state['pid']}")
        time.sleep(0.2)
    return None


def is_wanted(state: Answer, settings: Answer) -> bool:
    """A server with other settings is replaced, unless it has kernels."""
    wished = [settings["listen"], settings["python"], settings["folder"]]
    if state["wished"] == wished:
        return True
    try:
        return len(json.loads(ask(state, "GET", "/api/kernels"))) > 0
    except (OSError, ValueError, http.client.HTTPException):
        return True


def end(state: Answer | None, folder: str) -> bool:
    if state is None:
        return False
    try:
        ask(state, "POST", "/api/shutdown")
    except (OSError, http.client.HTTPException):
        pass
    for sign in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            if not same_process(state["pid"], state["began"]):
                remove(os.path.join(folder, "state.json"))
                return True
            time.sleep(0.05)
        os.kill(state["pid"], sign)
    return True


def remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass


def same_process(pid: int, began: str) -> bool:
    return began != "" and beginning(pid) == began


def beginning(pid: int) -> str:
    """When the process began, in the words of the system; "" if it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return "" if fields[0] == "Z" else fields[19]
    except OSError:
        if os.path.exists("/proc/self/stat"):
            return ""
    words = ["ps", "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


class SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWER_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.connect(self._path)


def ask(state: Answer, method: str, path: str) -> bytes:
    if state["socket"] is not None:
        connection: http.client.HTTPConnection = SocketConnection(state["socket"])
    else:
        connection = http.client.HTTPConnection("127.0.0.1", state["port"], timeout=ANSWER_SECONDS)
    try:
        connection.request(method, path, headers={"Authorization": f"token {state['token']}"})
        reply = connection.getresponse()
        body = reply.read()
        if reply.status >= 300:
            raise http.client.HTTPException(f"status {reply.status}")
        return body
    finally:
        connection.close()


def answers(state: Answer) -> bool:
    try:
        ask(state, "GET", "/api/status")
        return True
    except (OSError, http.client.HTTPException):
        return False


# A new server --------------------------------------------------------------------------------------------------------


def start(folder: str, settings: Answer) -> tuple[Answer, "subprocess.Popen[bytes]"]:
    python, probed = find_python(settings)
    place = os.path.expanduser(settings["folder"])
    if not os.path.isdir(place):
        raise Refusal("noPlace", place)
    # Paths of sockets have 107 bytes at most, so that they are not below the home folder.
    runtime = tempfile.mkdtemp(prefix="yesterday-", dir="/tmp")
    by_socket = settings["listen"] == "socket"
    state = {
        "socket": os.path.join(runtime, "server") if by_socket else None,
        "port": None if by_socket else free_port(),
        "token": secrets.token_hex(32),
        "python": python,
        "folder": place,
        "versions": probed["versions"],
        "wished": [settings["listen"], settings["python"], settings["folder"]],
    }
    child = spawn(python, folder, settings, {**state, "runtime": runtime, "idleSeconds": settings["idleSeconds"]})
    state.update(pid=child.pid, began=beginning(child.pid))
    # Written before it answers: it is found again if this launcher is cut off.
    write_whole(os.path.join(folder, "state.json"), json.dumps(state))
    deadline = time.monotonic() + START_SECONDS
    while not answers(state):
        if child.poll() is not None or time.monotonic() > deadline:
            child.kill()
            shutil.rmtree(runtime, ignore_errors=True)
            raise Refusal("notStarted", tail(os.path.join(folder, "server.log")))
        time.sleep(0.05)
    return state, child


def spawn(python: str, folder: str, settings: Answer, given: Answer) -> "subprocess.Popen[bytes]":
    log = os.open(os.path.join(folder, "server.log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    program = os.path.join(folder, "yesterday_server.py")
    write_whole(program, settings["server"])
    try:
        child = subprocess.Popen(
            [python, program],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=given["folder"],
            start_new_session=not settings["stay"],
        )
    finally:
        os.close(log)
    assert child.stdin is not None
    try:
        child.stdin.write(json.dumps(given).encode())
        child.stdin.close()
    except BrokenPipeError:
        pass
    return child


def wait_for(child: "subprocess.Popen[bytes]") -> int:
    """A job ends with its server, and its server with it."""

    def pass_on(sign: int, _: object) -> None:
        child.send_signal(sign)

    signal.signal(signal.SIGTERM, pass_on)
    return child.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tail(path: str) -> str:
    try:
        with open(path, errors="replace") as file:
            return file.read()[-LOG_TAIL:].strip()
    except OSError:
        return ""

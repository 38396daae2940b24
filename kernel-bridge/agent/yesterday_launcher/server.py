"""
The private Jupyter server. Run as a program with settings as JSON on standard input, in a Python that has
`jupyter_server`: {"token", "socket", "port", "folder", "runtime", "idleSeconds"}. `socket` is a path or null, `port` is
used where it is null. It loads no configuration and no extension of the user. Kernels start in a clean environment, and
talk to it by Unix sockets in `runtime`: other users of the machine cannot read them. It ends by itself after
`idleSeconds` without kernels and requests.
"""

import json
import os
import shutil
import sys
from typing import Any

#: Bytes of one message.
MESSAGE_BYTES = 512 * 1024 * 1024
OWN_ENVIRONMENT = ("JUPYTER_NO_CONFIG", "JUPYTER_CONFIG_DIR")


def configuration(settings: dict[str, Any]) -> dict[str, Any]:
    where = (
        {"sock": settings["socket"], "sock_mode": "0600"}
        if settings["socket"] is not None
        else {"ip": "127.0.0.1", "port": settings["port"], "port_retries": 0}
    )
    return {
        "ServerApp": {
            **where,
            "root_dir": settings["folder"],
            "open_browser": False,
            "quit_button": False,
            "allow_root": True,
            "shutdown_no_activity_timeout": settings["idleSeconds"],
            "tornado_settings": {"websocket_max_message_size": MESSAGE_BYTES},
        },
        "IdentityProvider": {"token": settings["token"]},
        "KernelManager": {"transport": "ipc"},
        "ZMQChannelsWebsocketConnection": {"limit_rate": False},
    }


def main() -> None:
    settings = json.loads(sys.stdin.read())
    before = {name: os.environ.get(name) for name in OWN_ENVIRONMENT}
    os.environ.update(JUPYTER_NO_CONFIG="1", JUPYTER_CONFIG_DIR=settings["runtime"])
    from jupyter_server.serverapp import ServerApp
    from traitlets.config import Config

    try:
        app = ServerApp(config=Config(configuration(settings)), runtime_dir=settings["runtime"])
        app.initialize(argv=[], find_extensions=False)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        app.start()
    finally:
        shutil.rmtree(settings["runtime"], ignore_errors=True)


if __name__ == "__main__":
    main()

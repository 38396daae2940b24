"""Kernels of a Yesterday server for nbclient and papermill. What they run is recorded under the notebook's path.

The server's address and a token come from JUPYTER_GATEWAY_URL and JUPYTER_GATEWAY_AUTH_TOKEN; `yesterday token NAME` prints
both. Requests go by the gateway client of Jupyter Server; its socket does not send the token, so this one does.
"""

from __future__ import annotations

import json
from threading import Thread
from typing import Any

import websocket
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_core.utils import ensure_async
from jupyter_server.gateway.gateway_client import GatewayClient, gateway_request
from jupyter_server.gateway.managers import GatewayKernelClient, GatewayKernelManager
from jupyter_server.utils import url_escape, url_path_join
from traitlets import Type, Unicode

PATH_LIMIT = 4096


class YesterdayKernelClient(GatewayKernelClient):
    """Talks to a kernel over a socket that is signed in."""

    async def start_channels(self, **channels: bool) -> None:
        gateway = GatewayClient.instance()
        kernels = url_path_join(gateway.ws_url or "", gateway.kernels_endpoint)
        self.channel_socket = websocket.create_connection(
            url_path_join(kernels, url_escape(self.kernel_id), "channels"),
            timeout=gateway.KERNEL_LAUNCH_TIMEOUT,
            enable_multithread=True,
            header={"Authorization": f"{gateway.auth_scheme} {gateway.auth_token}"},
            sslopt={
                "ca_certs": gateway.ca_certs,
                "certfile": gateway.client_cert,
                "keyfile": gateway.client_key,
            },
        )
        await ensure_async(AsyncKernelClient.start_channels(self, **channels))
        self.response_router = Thread(target=self._route_responses)
        self.response_router.start()


class YesterdayKernelManager(GatewayKernelManager):
    """A new kernel of the server, for nbclient's `kernel_manager_class`."""

    client_factory = Type(klass="yesterday_client.YesterdayKernelClient")
    notebook_path = Unicode(help="The name of the runs in the history: a path, which need not exist.").tag(
        config=True
    )

    async def start_kernel(self, **options: Any) -> None:
        if self.notebook_path == "" or options.get("kernel_id") is not None:
            await super().start_kernel(kernel_name=self.kernel_name, **options)
            return
        # A session of the type "notebook" would be the notebook's own, which people use.
        session = {
            "path": self.notebook_path[:PATH_LIMIT],
            "type": "batch",
            "name": "",
            "kernel": {"name": self.kernel_name},
        }
        response = await gateway_request(
            url_path_join(GatewayClient.instance().url or "", "/api/sessions"),
            method="POST",
            headers={"Content-Type": "application/json"},
            body=json.dumps(session),
        )
        kernel = json.loads(response.body)["kernel"]
        await super().start_kernel(kernel_id=kernel["id"], **options)


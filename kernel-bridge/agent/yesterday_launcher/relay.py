"""
Carries connections to a Unix socket of this machine over standard input and output, as lines of text: output of a job's
step is passed on line by line. Run as `PYTHON -c SOURCE SOCKET`.

A line is "NUMBER KIND REST". Kinds: "o" opens a connection (from the other side alone), "d" has bytes in base64, "a"
says how many bytes were taken, "c" closes. A side sends at most WINDOW bytes of a connection that were not taken yet,
so one that is not read holds up no other. The first line is "ready". It ends when standard input does.
"""

import asyncio
import base64
import sys

WINDOW = 1024 * 1024
PART = 32 * 1024
LINE = 256 * 1024


class Connection:
    def __init__(self, number: str, relay: "Relay") -> None:
        self.number = number
        self.relay = relay
        self.incoming: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.open_bytes = 0
        self.may_send = asyncio.Event()
        self.may_send.set()

    async def run(self) -> None:
        try:
            reader, writer = await asyncio.open_unix_connection(self.relay.path)
        except OSError:
            await self.close()
            return
        sending = asyncio.ensure_future(self.feed(writer))
        try:
            while part := await reader.read(PART):
                await self.may_send.wait()
                self.took(len(part))
                await self.relay.say(self.number, "d", base64.b64encode(part).decode())
        except OSError:
            pass
        finally:
            sending.cancel()
            writer.close()
            await self.close()

    async def feed(self, writer: asyncio.StreamWriter) -> None:
        try:
            while (part := await self.incoming.get()) is not None:
                writer.write(part)
                await writer.drain()
                await self.relay.say(self.number, "a", str(len(part)))
        except OSError:
            pass
        finally:
            writer.close()

    def took(self, count: int) -> None:
        self.open_bytes += count
        if self.open_bytes >= WINDOW:
            self.may_send.clear()

    def acknowledged(self, count: int) -> None:
        self.open_bytes -= count
        if self.open_bytes < WINDOW:
            self.may_send.set()

    async def close(self) -> None:
        self.relay.connections.pop(self.number, None)
        await self.relay.say(self.number, "c")


class Relay:
    def __init__(self, path: str, output: asyncio.StreamWriter) -> None:
        self.path = path
        self.output = output
        self.connections: dict[str, Connection] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def say(self, *words: str) -> None:
        self.output.write((" ".join(words) + "\n").encode())
        await self.output.drain()

    def hear(self, line: bytes) -> None:
        number, kind, *rest = line.decode().split()
        if kind == "o":
            connection = self.connections[number] = Connection(number, self)
            task = asyncio.ensure_future(connection.run())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            return
        known = self.connections.get(number)
        if known is None:
            return
        if kind == "d":
            known.incoming.put_nowait(base64.b64decode(rest[0]))
        elif kind == "a":
            known.acknowledged(int(rest[0]))
        elif kind == "c":
            known.incoming.put_nowait(None)


async def main(path: str) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    pipe, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout)
    relay = Relay(path, asyncio.StreamWriter(pipe, protocol, None, loop))
    await relay.say("ready")
    while line := await reader.readline():
        relay.hear(line)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

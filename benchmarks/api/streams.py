"""What an idle live stream costs: memory of the API process per open stream.

    python -m benchmarks.api.streams [--streams 5000]

Linux only: it reads the resident size of the API process. Every stream follows one
conversation and has shown its first events; then nothing happens.
"""

import argparse
import asyncio
import resource
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from benchmarks.api.installation import Api, running_api

WARM_UP = 100
AT_ONCE = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=5000)
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder, running_api(Path(folder), None) as api:
        asyncio.run(_measure(api, arguments.streams))


async def _measure(api: Api, streams: int) -> None:
    warm = await _open(api, WARM_UP)
    before = _resident_bytes(api.pid)
    many = await _open(api, streams)
    await asyncio.sleep(5)
    each = (_resident_bytes(api.pid) - before) / streams
    alive = sum(not reader.at_eof() for reader, _ in many)
    print(f"{alive} of {streams} streams open: {each / 1024:.1f} KiB each")
    for _, writer in (*warm, *many):
        writer.close()


async def _open(api: Api, number: int) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with httpx.AsyncClient(base_url=api.url, headers={"X-API-Key": api.key}) as client:
        opened = []
        for start in range(0, number, AT_ONCE):
            batch = range(start, min(start + AT_ONCE, number))
            opened += await asyncio.gather(*(_follow(api, client) for _ in batch))
        return opened


async def _follow(
    api: Api, client: httpx.AsyncClient
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    new = {"customer_id": None, "channel": "web"}
    conversation = (await client.post("/conversations", json=new)).json()["id"]
    address = urlsplit(api.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2048)
    request = (
        f"GET /conversations/{conversation}/stream HTTP/1.1\r\n"
        f"Host: {address.netloc}\r\nX-API-Key: {api.key}\r\n\r\n"
    )
    writer.write(request.encode())
    await reader.readuntil(b"event: status")
    return reader, writer


def _resident_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ValueError("no VmRSS")


if __name__ == "__main__":
    main()

"""``python -m aisle.api``: serves the HTTP API."""

import asyncio
import gc
import logging
from types import FrameType

import uvicorn

from aisle.api.app import create_app
from aisle.api.live import LiveUpdates
from aisle.api.state import make_state
from aisle.knowledge.indexing import catch_up_in_background
from aisle.settings import get_settings

STOP_S = 5


class _Server(uvicorn.Server):
    """Ends the live streams when it is told to stop; they would keep it waiting."""

    def __init__(self, config: uvicorn.Config, live: LiveUpdates) -> None:
        super().__init__(config)
        self._live = live

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        asyncio.get_running_loop().call_soon_threadsafe(self._live.close)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    address, state = get_settings().servers.api, make_state()
    catch_up_in_background()
    config = uvicorn.Config(
        create_app(state),
        host=address.host,
        port=address.port,
        access_log=False,
        server_header=False,
        ws="none",
        log_config=None,
        timeout_graceful_shutdown=STOP_S,
    )
    # What is there now stays; looking through it for garbage again and again takes up to a
    # tenth of a second each time, in which nobody is answered.
    gc.collect()
    gc.freeze()
    _Server(config, state.live).run()


if __name__ == "__main__":
    main()

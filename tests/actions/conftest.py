"""An action server with the demo shop, and a language model that does as it is told."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import NewInstallation
from tests.conversations.servers import Servers, running_servers
from tests.knowledge.answers.model_server import (
    Body,
    ModelServer,
    Wire,
    honest,
    serving,
    writing,
)


class Model:
    """The server that the settings name; ``wire`` says what it does next."""

    def __init__(self) -> None:
        self.wire: Wire = writing(honest)
        self.server: ModelServer | None = None

    @contextmanager
    def doing(self, wire: Wire) -> Iterator[ModelServer]:
        """Let it do something else as long as the block runs; yield what it is asked."""
        assert self.server is not None
        former, self.wire = self.wire, wire
        self.server.requests.clear()
        yield self.server
        self.wire = former


@pytest.fixture(scope="session")
def model() -> Iterator[Model]:
    model = Model()

    def wire(body: Body) -> Iterator[bytes]:
        yield from model.wire(body)

    with serving(wire) as model.server:
        yield model


@pytest.fixture(scope="session")
def servers(model: Model, new_installation: NewInstallation) -> Iterator[Servers]:
    """The action server, and the API on the same database and index."""
    assert model.server is not None
    environment = model.server.environment()
    folder, names = new_installation("actions"), ["actions", "api"]
    with running_servers(
        folder, names=names, commands=[("seed",)], environment=environment
    ) as running:
        yield running

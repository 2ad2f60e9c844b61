"""A place to train components in, and a little data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.training_data.message import Message

TOKENIZER = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    folder = tmp_path / "storage"
    folder.mkdir()
    return LocalModelStorage(folder)


@pytest.fixture
def context() -> ExecutionContext:
    return ExecutionContext(GraphSchema({}), node_name="component")


@pytest.fixture
def message() -> Callable[..., Message]:
    """Builds a tokenised message."""

    def build(text: str, **data: Any) -> Message:
        tokenised = Message({"text": text, **data})
        TOKENIZER.process([tokenised])
        return tokenised

    return build

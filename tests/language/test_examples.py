"""What customers may say, as the training data has it."""

from pathlib import Path

import pytest

from aisle.language.examples import Example, read_examples
from aisle.settings import PROJECT_ROOT


def test_examples_come_in_the_order_of_files_without_the_marks_of_entities(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text(
        """
nlu:
  - intent: track_order
    examples: |
      - where is [#W1000234](order_number)?
      -   my [trousers]{"entity": "product", "value": "chinos"} are [late](issue)
"""
    )
    (tmp_path / "a.yml").write_text(
        "nlu:\n  - intent: thank\n    examples: |\n      - thanks - a lot\n"
    )
    assert read_examples(tmp_path) == [
        Example("thank", "thanks - a lot"),
        Example("track_order", "where is #W1000234?"),
        Example("track_order", "my trousers are late"),
    ]


def test_only_intents_have_examples(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text(
        """
version: "3.1"
nlu:
  - lookup: product
    examples: |
      - chinos
  - synonym: chinos
    examples: |
      - trousers
  - intent: nothing_yet
  - intent: greet
    examples: |
      - hi

      -
"""
    )
    (tmp_path / "empty.yml").write_text("")
    (tmp_path / "stories.yml").write_text("stories: []")
    (tmp_path / "notes.txt").write_text("nlu: [no]")
    assert read_examples(tmp_path) == [Example("greet", "hi")]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no folder of training data.*nothing"):
        read_examples(tmp_path / "nothing")


def test_a_file_that_is_not_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text("nlu: [")
    with pytest.raises(ValueError, match=r"broken\.yml is not valid YAML"):
        read_examples(tmp_path)


def test_the_assistants_own_examples_are_plain_text() -> None:
    examples = read_examples(PROJECT_ROOT / "data" / "nlu")
    assert len({example.intent for example in examples}) > 40
    assert len(examples) > 2_000
    assert not any(mark in example.text for example in examples for mark in ("](", "]{"))

"""Every message says how the customer feels."""

import pytest
from rasa.shared.nlu.training_data.message import Message

from aisle.rasa_ext.nlu.sentiment import SentimentAnalyzer


@pytest.mark.parametrize(
    ("text", "lowest", "highest"),
    [
        ("this is a disgrace, I am furious", -1.0, -0.5),
        ("where is order #W1234567", -0.1, 0.1),
        ("thank you, that was great", 0.5, 1.0),
        ("", 0.0, 0.0),
    ],
)
def test_the_feeling_is_part_of_what_is_known(text: str, lowest: float, highest: float) -> None:
    (message,) = SentimentAnalyzer().process([Message({"text": text})])
    assert lowest <= message.as_dict(only_output_properties=True)["sentiment"] <= highest

import io
import json
import logging
import sys

from aisle.rasa_ext.log import PersonalDataFilter


def filtered(message: str) -> str:
    record = logging.LogRecord("rasa", logging.ERROR, __file__, 1, message, (), None)
    PersonalDataFilter().filter(record)
    return record.getMessage()


def test_a_failed_message_is_logged_without_its_text_and_variables() -> None:
    record = {
        "text": "i am mia hansen",
        "event": "rest.message.received.failure",
        "exception": [
            {
                "exc_type": "ValueError",
                "exc_value": "no such intent",
                "frames": [{"filename": "a.py", "lineno": 7, "locals": {"text": "mia hansen"}}],
            }
        ],
    }
    logged = filtered(json.dumps(record))
    assert "mia" not in logged
    assert "ValueError: no such intent (a.py:7)" in logged


def test_addresses_and_long_numbers_are_hidden() -> None:
    assert filtered("sent to nora@example.com about 300418825571 and #W1000234") == (
        "sent to [e-mail] about [number] and [number]"
    )


def test_an_ordinary_line_stays_as_it_is() -> None:
    line = "Starting Rasa server on http://127.0.0.1:5005"
    assert filtered(line) == line


def test_an_exception_is_told_by_type_and_place_and_not_by_what_it_quotes() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(PersonalDataFilter())
    quoted = "my name is Ada and I live in Rome"
    try:
        raise ValueError(quoted)
    except ValueError:
        failed = sys.exc_info()
    handler.handle(logging.LogRecord("aisle", logging.ERROR, "", 1, "It failed", (), failed))
    assert "It failed" in written.getvalue()
    assert "test_log.py" in written.getvalue()
    assert "ValueError" in written.getvalue()
    assert quoted not in written.getvalue()

"""Keeps what customers say out of Rasa's log."""

import json
import logging
import traceback

from aisle.language.redaction import redact


class PersonalDataFilter(logging.Filter):
    """Rasa logs a message that failed with its text and every local variable.

    Of such a record only what went wrong is kept; in any other, addresses and long
    numbers are hidden. Exceptions are told by their type and place.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _without_personal_data(record.getMessage()), ()
        if record.exc_info and record.exc_info[0] is not None:
            # A database's message quotes what was to be stored; type and places are enough.
            kind, _, place = record.exc_info
            record.exc_text = f"{''.join(traceback.format_tb(place))}{kind.__name__}"
            record.exc_info = None
        return True


def protect_log() -> None:
    """Put the filter on every handler of the root logger, once."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(found, PersonalDataFilter) for found in handler.filters):
            handler.addFilter(PersonalDataFilter())


def _without_personal_data(message: str) -> str:
    if message.startswith("{"):
        try:
            fields = json.loads(message)
        except ValueError:
            return redact(message)
        return redact(json.dumps(_what_went_wrong(fields)))
    return redact(message)


def _what_went_wrong(fields: dict[str, object]) -> dict[str, object]:
    kept = {name: value for name, value in fields.items() if name in ("event", "level")}
    exceptions = fields.get("exception")
    if isinstance(exceptions, list):
        kept["exception"] = [
            f"{found.get('exc_type')}: {found.get('exc_value')} ({_place(found)})"
            for found in exceptions
        ]
    return kept


def _place(exception: dict[str, object]) -> str:
    frames = exception.get("frames")
    if not isinstance(frames, list) or not frames:
        return "unknown place"
    return f"{frames[-1].get('filename')}:{frames[-1].get('lineno')}"

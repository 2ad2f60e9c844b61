"""One warning when something stops working, one notice when it works again."""

import logging
import threading


class Outage:
    """The state of one thing that may fail; safe to use from several threads."""

    def __init__(self, log: logging.Logger, lost: str, back: str) -> None:
        self._log = log
        self._lost = lost
        self._back = back
        self._lock = threading.Lock()
        self._active = False

    @property
    def active(self) -> bool:
        return self._active

    def begin(self, reason: object) -> None:
        if self._becomes(True):
            self._log.warning("%s (%s)", self._lost, reason)

    def end(self) -> None:
        if self._active and self._becomes(False):
            # As loud as the beginning, or it would be missing where only warnings are kept.
            self._log.warning("%s", self._back)

    def _becomes(self, active: bool) -> bool:
        with self._lock:
            changed = self._active != active
            self._active = active
        return changed

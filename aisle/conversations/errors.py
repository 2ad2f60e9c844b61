"""What can be wrong with a request about a conversation."""


class ConversationNotFound(Exception):
    """No conversation has this id."""


class MessageNotAllowed(Exception):
    """The conversation's status does not allow such a message."""


class StatusNotAllowed(Exception):
    """The conversation's status cannot change this way."""


class RepeatedKey(Exception):
    """An idempotency key was used before, for something else."""


class ClaimLost(Exception):
    """The message was taken over by another worker, or is answered already."""

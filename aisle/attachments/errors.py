"""What can go wrong with attachments."""


class AttachmentError(Exception):
    """Base of every error of this package; the message says what to do."""


class AttachmentRefused(AttachmentError):
    """A file is not accepted. The message is for the person who sent it."""


class AttachmentTooLarge(AttachmentRefused):
    """The file is larger than the settings allow."""


class AttachmentTypeNotAllowed(AttachmentRefused):
    """The settings do not allow this type of file."""


class AttachmentContentMismatch(AttachmentRefused):
    """The content is not of the type that it was sent as."""


class AttachmentNotFound(AttachmentError):
    """The conversation has no attachment with this id."""


class BlobError(AttachmentError):
    """The store could not do what was asked of it. The message is for the operator."""


class BlobNotFound(BlobError):
    """There is no blob with this key."""


class BlobStoreUnavailable(BlobError):
    """The folder or bucket cannot be reached or used."""


class WrongEncryptionKey(BlobError):
    """The blob was encrypted with another key than the one that is set."""


class TamperedContent(BlobError):
    """The stored bytes are not those that were written under this key."""

"""Attachments of conversations: the row and the bytes stay together."""

import logging
import uuid
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from aisle.attachments.accepting import AcceptedFile
from aisle.attachments.encryption import Encrypted
from aisle.attachments.errors import AttachmentNotFound, BlobNotFound, BlobStoreUnavailable
from aisle.attachments.folder import FolderStore
from aisle.conversations.attachments import load_attachment, save_attachment
from aisle.conversations.models import Attachment, Conversation
from aisle.database.engine import Database

FILE = AcceptedFile("lamp.txt", "text/plain", b"It is broken")


class Disturbance(Exception):
    """Something that goes wrong after the attachment was saved."""


@pytest.fixture
def files(folder: Path) -> Encrypted:
    return Encrypted(FolderStore(folder), "the key")


@pytest.fixture
def nora(database: Database) -> Conversation:
    return conversation_of("nora", database)


def conversation_of(sender_id: str, database: Database) -> Conversation:
    conversation = Conversation(sender_id=sender_id, channel="rest")
    with database.transaction() as session:
        session.add(conversation)
    return conversation


def stored(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()] if folder.exists() else []


def rows(session: Session) -> int:
    count = session.execute(select(func.count()).select_from(Attachment)).scalar_one()
    return int(count)


def test_a_saved_attachment_is_loaded_again(
    database: Database, nora: Conversation, files: Encrypted
) -> None:
    with database.transaction() as session:
        saved = save_attachment(session, nora, FILE, files)
    with database.reading() as session:
        found, content = load_attachment(session, nora.id, saved.id, files)
    assert content == FILE.content
    assert (found.name, found.content_type, found.size) == ("lamp.txt", "text/plain", 12)
    assert found.created_at == saved.created_at


def test_an_attachment_of_another_conversation_is_not_found(
    database: Database, nora: Conversation, files: Encrypted
) -> None:
    with database.transaction() as session:
        saved = save_attachment(session, nora, FILE, files)
    other = conversation_of("otto", database)
    with database.reading() as session:
        for wrong in [(other.id, saved.id), (nora.id, uuid.uuid4()), (nora.id, nora.id)]:
            with pytest.raises(AttachmentNotFound):
                load_attachment(session, *wrong, files)


def test_bytes_that_were_lost_are_an_error_and_not_a_missing_attachment(
    database: Database, nora: Conversation, files: Encrypted
) -> None:
    with database.transaction() as session:
        saved = save_attachment(session, nora, FILE, files)
    files.delete(saved.id.hex)
    with database.reading() as session, pytest.raises(BlobNotFound):
        load_attachment(session, nora.id, saved.id, files)


def test_a_transaction_that_rolls_back_leaves_no_bytes(
    database: Database, nora: Conversation, files: Encrypted, folder: Path
) -> None:
    disturbed = pytest.raises(Disturbance)
    with disturbed, database.transaction() as session:
        save_attachment(session, nora, FILE, files)
        assert len(stored(folder)) == 1
        raise Disturbance
    assert stored(folder) == []


def test_a_row_that_cannot_be_written_leaves_no_bytes(
    database: Database, files: Encrypted, folder: Path
) -> None:
    unknown = Conversation(id=uuid.uuid4())
    with pytest.raises(IntegrityError), database.transaction() as session:
        save_attachment(session, unknown, FILE, files)
    assert stored(folder) == []


def test_bytes_that_cannot_be_stored_leave_no_row(
    database: Database, nora: Conversation, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("I am a file")
    with database.transaction() as session:
        with pytest.raises(BlobStoreUnavailable):
            save_attachment(session, nora, FILE, FolderStore(broken))
        assert rows(session) == 0


def test_a_savepoint_takes_back_only_its_own_attachment(
    database: Database, nora: Conversation, files: Encrypted, folder: Path
) -> None:
    with database.transaction() as session:
        kept = save_attachment(session, nora, FILE, files)
        disturbed = pytest.raises(Disturbance)
        with disturbed, session.begin_nested():
            save_attachment(session, nora, FILE, files)
            raise Disturbance
    assert stored(folder) == [kept.id.hex]


def test_a_savepoint_that_ends_well_goes_with_its_transaction(
    database: Database, nora: Conversation, files: Encrypted, folder: Path
) -> None:
    disturbed = pytest.raises(Disturbance)
    with disturbed, database.transaction() as session:
        with session.begin_nested():
            save_attachment(session, nora, FILE, files)
        raise Disturbance
    assert stored(folder) == []


def test_a_later_transaction_of_the_session_takes_nothing_back(
    database: Database, nora: Conversation, files: Encrypted, folder: Path
) -> None:
    with Session(database.engine, future=True) as session:
        saved = save_attachment(session, nora, FILE, files)
        key = saved.id.hex
        session.commit()
        assert rows(session) == 1
        session.rollback()
    assert stored(folder) == [key]


def test_bytes_that_cannot_be_removed_are_told_and_do_not_hide_the_error(
    database: Database,
    nora: Conversation,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    disturbed = pytest.raises(Disturbance)
    with disturbed, database.transaction() as session:
        saved = save_attachment(session, nora, FILE, FolderStore(folder))
        (folder / saved.id.hex).unlink()
        (folder / saved.id.hex).mkdir()
        raise Disturbance
    assert caplog.record_tuples == [
        (
            "aisle.conversations.attachments",
            logging.ERROR,
            f"The attachment {saved.id} has no row, but its content remains",
        )
    ]

"""What the routes share: one of each per process."""

from dataclasses import dataclass

from aisle.access.secrets import Secrets, get_secrets
from aisle.api.live import LiveUpdates
from aisle.attachments.blobs import BlobStore
from aisle.attachments.store import open_blob_store
from aisle.database.engine import Database, get_database
from aisle.live.bus import get_bus
from aisle.live.rate_limits import RateLimiter, get_rate_limiter
from aisle.settings import Settings, get_settings


@dataclass(frozen=True)
class State:
    settings: Settings
    secrets: Secrets
    database: Database
    blobs: BlobStore
    limiter: RateLimiter
    live: LiveUpdates


def make_state() -> State:
    """Build everything from the settings.

    Raises:
        SettingsError: a setting or secret is missing or wrong.
    """
    settings, secrets, database = get_settings(), get_secrets(), get_database()
    limit = settings.performance.max_concurrent_conversations
    return State(
        settings=settings,
        secrets=secrets,
        database=database,
        blobs=open_blob_store(settings.attachments, secrets.encryption_key),
        limiter=get_rate_limiter(),
        live=LiveUpdates(database, get_bus(), limit),
    )

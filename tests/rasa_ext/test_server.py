"""What Aisle's Rasa server takes from the settings."""

from aisle.access.secrets import Secrets
from aisle.rasa_ext.server import endpoints
from aisle.settings import load_settings


def test_rasa_calls_the_action_server_of_the_settings_with_the_service_token() -> None:
    key = "0123456789abcdef" * 4
    secrets = Secrets(jwt_secret=key, encryption_key=key, service_token=key, api_keys=(key,))
    servers = load_settings(None, {"AISLE_ACTIONS_PORT": "6055"}).servers
    found = endpoints(servers, secrets)
    assert found.action.url == "http://127.0.0.1:6055/webhook"
    assert found.action.headers == {"Authorization": f"Bearer {key}"}
    assert found.action.kwargs["enable_selective_domain"] is True
    assert found.tracker_store.type.endswith("AisleTrackerStore")

import pytest

from aisle.access.secrets import Secrets


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(
        jwt_secret="a-signing-key-of-the-tests-" + 2 * "0123456789abcdef01234567",
        encryption_key="an-encryption-key-of-the-tests-012345",
        service_token="a-service-token-of-the-tests-01234567",
        api_keys=("the-first-api-key-of-the-tests-012345", "the-other-api-key-of-the-tests-012345"),
    )

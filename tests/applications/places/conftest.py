"""The rules that come with the package."""

import pytest

from capacity.policy import load_policy
from capacity.tables.search import SearchRules


@pytest.fixture(scope="session")
def rules() -> SearchRules:
    found = load_policy("baoshan-2021").options
    assert found is not None
    return found

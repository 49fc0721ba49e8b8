"""Who stands ready for the tests of a module; a module may make its own."""

import shutil

import pytest
from django.conf import settings

from tests import make
from tests.strategic_areas.filling import Kept
from tests.world import Desk, Lasting


@pytest.fixture(scope="module")
def kept_desk(lasting):
    return Desk().keep()


@pytest.fixture
def desk(client, db, kept_desk):
    return kept_desk.again(client)


@pytest.fixture(scope="module")
def kept_filler(lasting):
    return Kept().keep()


@pytest.fixture
def filler(client, db, kept_filler):
    return kept_filler.again(client)


@pytest.fixture
def reviewer(client, db):
    """Whom the client is signed in as."""
    return Lasting(make.reviewer()).sign_in(client).user


@pytest.fixture
def folder():
    """The private folder, which is not there before the first file."""
    location = settings.VAR_DIR / "evidence"
    shutil.rmtree(location, ignore_errors=True)
    return location

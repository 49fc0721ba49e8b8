"""A guide for each role, which anybody may read and the invitation leads to."""

import pytest
from django.urls import reverse

from agencies.access import Role
from agencies.mail import Mail
from tests import make

pytestmark = pytest.mark.django_db
#: Role → the word of its guide.
GUIDES = {
    Role.FOCAL_POINT: "punto-focal",
    Role.REVIEWER: "coordinacion",
    Role.ADMINISTRATOR: "administracion",
}


@pytest.mark.parametrize("word", GUIDES.values())
def test_nobody_has_to_sign_in_to_read_a_guide(client, word):
    assert client.get(reverse("guide", args=[word])).status_code == 200


def test_there_is_no_other_guide(client):
    assert client.get(reverse("guide", args=["base"])).status_code == 404


@pytest.mark.parametrize("role", Role)
def test_an_invitation_leads_to_the_guide_of_its_role(role, settings):
    fields = {} if role == Role.FOCAL_POINT else {"agency": None, "kind": ""}

    make.invitation(email="ana@example.org", role=role, **fields)

    text = Mail.objects.get(kind="invitation").text
    assert settings.SITE_URL + reverse("guide", args=[GUIDES[role]]) in text

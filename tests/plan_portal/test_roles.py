"""What each role may do: one table in the code, the same one in docs/roles.md."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.utils.text import capfirst
from django.utils.translation import override

from agencies.access import Role
from plan_portal import roles
from tests import make

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
COLUMNS = [Role.FOCAL_POINT, Role.REVIEWER, Role.ADMINISTRATOR]
VERBS = {
    "read": "view",
    "add": "add",
    "change": "change",
    "delete": "delete",
    "publish": "publish",
}


def written_table():
    """Model → role → set of actions, as the table of docs/roles.md says."""
    said = {}
    for row in re.findall(r"^\| (.+) \|$", PAGE.read_text(), re.MULTILINE)[2:]:
        name, *cells = (cell.strip() for cell in row.split("|"))
        said[name] = {
            role: {VERBS[verb] for verb in re.findall(r"[a-z]+", cell)}
            for role, cell in zip(COLUMNS, cells, strict=True)
        }
    return said


def names():
    """Each of our models by the name that its admin page shows in English."""
    with override("en"):
        return {
            capfirst(str(model._meta.verbose_name_plural)): model
            for config in ("agencies", "strategic_areas")
            for model in apps.get_app_config(config).get_models()
        }


def test_the_page_says_what_the_code_grants():
    granted = {}
    for role in COLUMNS:
        for label, actions in roles.PERMISSIONS[role].items():
            granted.setdefault(label, {})[role] = set(actions)
    known = {name: model._meta.label_lower for name, model in names().items()}

    said = {
        known[name]: {role: actions for role, actions in cells.items() if actions}
        for name, cells in written_table().items()
    }

    assert said == granted


@pytest.mark.django_db
@pytest.mark.parametrize("role", COLUMNS)
def test_a_permission_given_by_hand_is_gone_at_the_next_migrate(role):
    Group.objects.get(name=role).permissions.set(Permission.objects.all())

    roles.grant_permissions(
        sender=apps.get_app_config("strategic_areas"), using="default"
    )

    assert make.user(group=role).get_all_permissions() == {
        label.replace(".", f".{action}_")
        for label, actions in roles.PERMISSIONS[role].items()
        for action in actions
    }

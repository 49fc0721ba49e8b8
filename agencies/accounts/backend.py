"""
Permissions of an account: those of its groups, and the reviewer's on days on which the
person is a substitute.
"""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission


class Backend(AuthenticationBackend):
    def get_user_permissions(self, user_obj, obj=None):
        """Always empty, since every permission comes with a role."""
        return set()

    def get_group_permissions(self, user_obj, obj=None):
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        granted = Permission.objects.filter(group__in=user_obj.groups_today())
        names = granted.values_list("content_type__app_label", "codename")
        return {f"{app}.{codename}" for app, codename in names}

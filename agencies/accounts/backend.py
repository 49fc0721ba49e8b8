"""The rights of an account, and those of a reviewer while it stands in for one."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission


class Backend(AuthenticationBackend):
    """Signs people in as allauth does."""

    def _get_group_permissions(self, user_obj):
        return Permission.objects.filter(group__in=user_obj.groups_today())

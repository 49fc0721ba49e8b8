"""How the columns of a kind of record are named, for the search to read all in one."""

from django.db.models import TextField
from django.db.models.functions import Cast


def both(**fields):
    """``title="name"`` stands for the columns and fields of both languages."""
    return {
        f"{column}_{language}": f"{field}_{language}"
        for column, field in fields.items()
        for language in ("es", "en")
    }


def whose(path):
    return {
        "slug": f"{path}__slug",
        "acronym": f"{path}__acronym",
        **both(who=f"{path}__name"),
    }


def as_text(field):
    return Cast(field, TextField())

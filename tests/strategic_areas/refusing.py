"""What the database refuses, for loops that say which case it took."""

from django.db import IntegrityError, transaction


def is_refused(change):
    """Whether the database refuses the change, which leaves everything as it was."""
    try:
        with transaction.atomic():
            change()
    except IntegrityError:
        return True
    return False

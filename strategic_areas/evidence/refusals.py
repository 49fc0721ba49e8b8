"""Why a file is not taken, and what the person can do about it."""

from django.utils.translation import gettext as _


class RefusedFileError(Exception):
    """
    A file is not taken. ``what`` is wrong with it; ``how`` to make a clean copy.

    Both are sentences for the person who uploads, in her language; ``code`` is for
    programs.
    """

    def __init__(self, code, what, how):
        self.code, self.what, self.how = code, what, how
        super().__init__(f"{what} {how}")


def not_what_its_name_says(extension, how):
    """Its first bytes, or its parser, tell of something else."""
    what = _("This is not a %(extension)s file, or it is damaged.")
    what %= {"extension": extension.upper()}
    return RefusedFileError("not_its_kind", what, how)


def holds_another_file(how):
    """It can be read as two kinds of file, a trick to slip one of them past."""
    return RefusedFileError(
        "two_in_one",
        _("There is something else in this file before or after its content."),
        how,
    )

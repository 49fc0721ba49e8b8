"""Whether a file may change a field; pure. docs/plan-format.md tells it in words."""

from enum import Enum

#: No value was remembered; None would be one.
NOTHING = object()


class Verdict(Enum):
    AGREED = "the stored value is the file's already"
    APPLY = "the file's value goes in"
    KEEP = "the stored value stays"


def verdict(wanted, here, *, said=NOTHING, unset=None, others=(), is_own=False):
    """
    What becomes of one field of an existing record.

    ``wanted`` is the file's value and ``here`` the stored one; ``said`` is what this
    plan's file last put here, ``unset`` what the field holds when nobody has filled
    it, ``others`` what other plans' files put here. ``is_own`` is true for the plan
    that the file itself describes: of it the file knows best.
    """
    if wanted == here:
        return Verdict.AGREED
    if said is not NOTHING:
        return Verdict.APPLY if here == said else Verdict.KEEP
    if here == unset and not others:
        return Verdict.APPLY
    if is_own and here in others:
        return Verdict.APPLY
    return Verdict.KEEP

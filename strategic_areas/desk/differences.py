"""Two texts side by side: which words went and which came."""

import re
from difflib import SequenceMatcher

#: Above this many words a comparison costs more than a reader gains.
LONGEST = 2000


def differences(before, after):
    """
    Pieces of both texts in order, as pairs of "same", "gone" or "new" and the text.

    >>> differences("dos talleres", "tres talleres")
    [('gone', 'dos'), ('new', 'tres'), ('same', ' talleres')]
    """
    old, new = _words(before), _words(after)
    if max(len(old), len(new)) > LONGEST:
        return [("gone", before), ("new", after)]
    pieces = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for step, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if step == "equal":
            pieces.append(("same", "".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            pieces.append(("gone", "".join(old[old_from:old_to])))
        if new_to > new_from:
            pieces.append(("new", "".join(new[new_from:new_to])))
    return pieces


def _words(text):
    return re.findall(r"\s+|\S+", text)

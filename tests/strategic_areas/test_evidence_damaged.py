"""
Damaged files of every kind: each is refused or taken, quickly, and nothing breaks.

`make deep` tries two thousand of them, and so does `make faults`.
"""

import random
import resource
import time

import pytest

from strategic_areas.evidence import RefusedFileError, clean_evidence
from tests.deep import DEEP, SEED
from tests.uploads import make_image, make_pdf, upload

KINDS = {"pdf": make_pdf, "jpg": lambda: make_image("JPEG"), "png": make_image}
NUMBER = 2000 if DEEP else 60
#: Seconds of processor time that one file may take, and megabytes that it may use.
LONGEST, MOST = 2, 500


def damage(content, chance):
    """The content with a few bytes changed, cut out, repeated or cut off."""
    content = bytearray(content)
    for _ in range(chance.choice((1, 3, 30))):
        place = chance.randrange(len(content)) if content else 0
        length = chance.choice((1, 4, 64))
        way = chance.choice(("change", "cut", "repeat", "end"))
        if way == "change":
            content[place : place + length] = chance.randbytes(length)
        elif way == "cut":
            del content[place : place + length]
        elif way == "repeat":
            content[place:place] = content[place : place + length] * 3
        elif chance.random() < 0.2:
            del content[place:]
    return bytes(content)


def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_refused_or_taken_in_little_time(kind):
    chance, whole = random.Random(f"{SEED}/{kind}"), KINDS[kind]()  # noqa: S311
    before, slow, told = used(), [], []

    for _ in range(NUMBER // len(KINDS)):
        content = damage(whole, chance)
        begun = time.process_time()
        try:
            taken = clean_evidence(upload(f"acta.{kind}", content))
        except RefusedFileError as refusal:
            told.append(bool(str(refusal)))
        else:
            told.append(taken.size == len(taken.content))
        if time.process_time() - begun > LONGEST:
            slow.append(content)

    assert all(told)
    assert slow == []
    assert used() - before < MOST

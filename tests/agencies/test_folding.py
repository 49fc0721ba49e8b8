import pytest

from agencies.folding import fold


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Capacitación", "capacitacion"),
        ("NIÑEZ", "ninez"),
        ("nin\u0303ez", "ninez"),
        ("ﬁscal", "fiscal"),
        ("Straße", "strasse"),
        ("𝐏𝐥𝐚𝐧", "plan"),
        ("ni\u00adñas\u200b", "ninas"),
        ("137-03 ½", "137-03 1⁄2"),
    ],
)
def test_capitals_accents_and_unseen_signs_make_no_difference(written, typed):
    assert fold(written) == fold(typed) == typed

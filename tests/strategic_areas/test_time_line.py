"""The time line of a commitment as its page tells it: every kind of step at once."""

from datetime import date

import pytest
from django.utils.translation import override

from strategic_areas import workflow
from strategic_areas.models import DueProvenance, Provenance
from tests import factories
from tests.strategic_areas.test_chronicle import make_round
from tests.test_public_pages import LANGUAGES

pytestmark = pytest.mark.django_db

#: Who states a date and where an account comes from, as the page words them.
WHENCE = [
    DueProvenance.AGENCY,
    DueProvenance.PLAN,
    Provenance.PRESS,
    Provenance.REPORTED,
]
COUNTED = {
    "es": ("2 fuentes", "1 evidencia"),
    "en": ("2 sources", "1 piece of evidence"),
}


@pytest.fixture
def commitment():
    """With a step of every kind, each with a text of its own."""
    commitment = factories.make_commitment(
        due_on=date(2026, 5, 1), due_provenance="agency"
    )
    plan, lead = commitment.plan, commitment.lead
    by, reviewer = factories.make_focal_point(agency=lead), factories.make_reviewer()
    asked = make_round(plan)
    told, silent, taken, pressed = (
        factories.make_activity(commitment=commitment, code=f"A-{number}")
        for number in range(4)
    )
    type(silent).objects.filter(pk=silent.pk).update(
        due_on=date(2026, 4, 2), due_provenance="plan"
    )
    draft = factories.make_update(activity=told, period=asked, by=by)
    cleared = factories.make_evidence(draft)
    workflow.submit(draft, by=by)
    workflow.publish(draft, by=reviewer, evidence=[cleared])
    wrong = factories.make_published_update(
        activity=taken, period=asked, by=by, narrative_es="Treinta y siete detenidos."
    )
    workflow.withdraw(wrong, by=reviewer, reason="Se contó otro año.")
    factories.make_record_update(
        activity=pressed, sources=[factories.make_source(plan=plan) for _ in range(2)]
    )
    factories.make_amendment(
        commitment=commitment,
        old_value_es="01/04/2026",
        old_value_en="01/04/2026",
        new_value_es="01/05/2026",
        new_value_en="01/05/2026",
        reason_es="Faltó el local.",
        reason_en="Faltó el local.",
        deciding_act_es="Acta 14",
        deciding_act_en="Acta 14",
    )
    return commitment


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_tells_who_said_asked_changed_and_took_back_what(
    client, commitment, language
):
    page = client.get(commitment.get_absolute_url(language)).content.decode()
    line = page.split('class="timeline"')[1].split("</section>")[0]

    with override(language):
        whence = [str(each.label) for each in WHENCE]
    for text in (*whence, *COUNTED[language], "A-1"):
        assert text in line
    assert "<del>01/04/2026</del>" in line
    assert "<ins>01/05/2026</ins>" in line
    for text in ("Faltó el local.", "Acta 14", "Se contó otro año."):
        assert text in line
    assert "Treinta y siete detenidos" not in page

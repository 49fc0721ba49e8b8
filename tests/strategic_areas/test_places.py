import pytest

from strategic_areas.addresses import address
from strategic_areas.desk.places import places_of
from strategic_areas.progress import State
from strategic_areas.queries.public_rows import RowDifference
from strategic_areas.states import CommitmentState
from tests.factories import make_commitment, make_plan

pytestmark = pytest.mark.django_db


def row(state, **about):
    told = {"punctuality": None, "percent": None, "quantity": None, "protected": ()}
    return {"plan": "2031-2034", "state": state, **told, **about}


def test_a_page_is_told_once_with_all_that_changes_there_and_lists_come_last():
    make_commitment(plan=make_plan(code="2031-2034"))
    own, work = {"code": "1.1"}, {"code": "1.1.a", "commitment": "1.1"}
    changed = [
        RowDifference(
            "commitments",
            "2031-2034/1.1",
            row(CommitmentState.NOT_STARTED, **own),
            row(CommitmentState.IN_PROGRESS, **own),
        ),
        RowDifference(
            "activities",
            "2031-2034/1.1.a",
            row(State.NOT_STARTED, **work),
            row(State.COMPLETED, **work),
        ),
    ]

    places = places_of(changed)

    assert [(each.address, each.change) for each in places] == [
        (
            address("commitment", "2031-2034", "1.1"),
            "1.1 · Estado: No iniciado → En ejecución\n"
            "1.1.a · Estado: No iniciada → Terminada",
        ),
        (address("commitments", "2031-2034"), ""),
        (address("home"), "Cuántos compromisos hay en cada estado."),
    ]


def test_what_the_public_does_not_read_otherwise_has_no_places():
    assert places_of([]) == places_of(None) == []

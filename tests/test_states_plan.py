"""The dates of the invented plan that `make states` shows move with the day."""

from datetime import date, timedelta

from tests.states_plan.staging import Stage


def test_the_third_round_is_open_on_any_day():
    for days in range(0, 800, 9):
        day = date(2026, 11, 27) + timedelta(days)
        stage = Stage(day)

        assert stage.day("2028-07-14") < day <= stage.day("2028-08-25")
        assert stage.day("2027-12-31") < stage.day("2028-01-01")

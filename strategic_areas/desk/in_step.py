"""
How far work has come, as one value in two fields: execution and percent.

Pure. The sheet's script decides nothing itself: it looks the answer up in ``table``.
"""

from strategic_areas.progress import State

#: The ways in which a percent matters here, and one percent of each.
KINDS = {"none": None, "zero": 0, "part": 50, "full": 100}
#: What an agency may say; "" while it has not said anything.
STATES = ["", *(state for state in State if state != State.NO_REPORT)]


def execution_for(percent, execution):
    """The execution that goes with a percent just typed; ``execution`` stood before."""
    if percent is None:
        return execution
    if percent == 100:
        return State.COMPLETED
    if execution in {State.SUSPENDED, State.CANCELLED}:
        return execution
    return State.NOT_STARTED if percent == 0 else State.IN_PROGRESS


def percent_for(execution, percent):
    """The percent that goes with an execution just chosen; ``percent`` stood before."""
    if execution == State.COMPLETED:
        return 100
    if execution == State.NOT_STARTED:
        return 0
    return None if percent == 100 else percent


def both(percent, execution, *, changed):
    """
    The pair as it is stored, of what was typed in both fields.

    ``changed`` are the names of those that differ from what stood there: where it is
    one alone, that one leads; where the execution is empty, the percent says it.
    """
    if changed == {"percent"} or not execution:
        return percent, execution_for(percent, execution)
    if changed == {"execution"}:
        return percent_for(execution, percent), execution
    return percent, execution


def table():
    """
    Both rules for every case, as plain values.

    ``execution`` maps kind of percent and execution to the execution; ``percent`` maps
    execution and kind of percent to the percent, "same" where it stays as it is.
    """
    return {
        "execution": {
            kind: {str(state): str(execution_for(percent, state)) for state in STATES}
            for kind, percent in KINDS.items()
        },
        "percent": {
            str(state): {
                kind: _unless_same(percent_for(state, percent), percent)
                for kind, percent in KINDS.items()
            }
            for state in STATES
        },
    }


def _unless_same(new, old):
    return "same" if new == old else new

"""
What becomes of the portal when something breaks: make faults

Each scenario breaks one thing under a portal that people use, and tells what was lost.
docs/reliability.md has the outcomes, and says how to add a scenario.
"""

"""
The portal under failures: make faults

Each scenario breaks one thing under a portal in use, and prints the losses.
docs/reliability.md has the results and explains how to add a scenario.
"""

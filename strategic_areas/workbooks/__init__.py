"""Workbooks of any kind: how an uploaded one is opened within limits, and read."""

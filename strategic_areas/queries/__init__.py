"""
Queries of public data, one module for each noun, shared by pages and datasets.

They start from published records of public plans and know no request. The plan's
structure is returned as model rows, updates as frozen dataclasses without personal
names.
"""

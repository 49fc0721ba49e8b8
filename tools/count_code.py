"""
The size of the portal: python tools/count_code.py [FOLDER]

Counts statements and words of docstrings of Python (a docstring is no statement), and
lines of templates, styles and scripts; separately for the product, its tools (deploy/
and tools/) and its tests. Migrations and files that Git ignores are left out.
"""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

PARTS = {"deploy": "tools", "tools": "tools", "tests": "tests"}
LINES = {".html": "templates", ".txt": "templates", ".css": "styles", ".js": "scripts"}
SERVED = ("templates/", "plan_portal/static/", "plan_portal/styles/")


def part_of(path):
    """The part that a file belongs to: product, tools or tests."""
    return PARTS.get(path.split("/")[0], "product")


def statements_and_docstring_words(source):
    """Both counts of one module's text."""
    tree = ast.parse(source)
    statements = sum(isinstance(node, ast.stmt) for node in ast.walk(tree))
    words = 0
    for node in ast.walk(tree):
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ):
            text = ast.get_docstring(node)
            if text is not None:
                statements -= 1
                words += len(text.split())
    return statements, words


def main(folder):
    listed = ["git", "-C", folder, "ls-files", "-z"]
    output = subprocess.run(listed, capture_output=True, check=True, text=True).stdout
    counts = Counter()
    for path in filter(None, output.split("\0")):
        file = Path(folder, path)
        if "/migrations/" in path or not file.is_file():
            continue
        part = part_of(path)
        if path.endswith(".py"):
            counted = statements_and_docstring_words(file.read_text())
            counts[part, "statements"] += counted[0]
            counts[part, "docstring words"] += counted[1]
        elif path.startswith(SERVED) and file.suffix in LINES:
            counts[part, LINES[file.suffix]] += len(file.read_text().splitlines())
    for (part, kind), number in sorted(counts.items()):
        sys.stdout.write(f"{part:8} {kind:16} {number:8,}\n")


if __name__ == "__main__":
    main(*sys.argv[1:] or ["."])

"""The Nu Html Checker, where this machine has it: make vnu"""

import json
import os
import shutil
import subprocess

import pytest

from tools.check import ROOT

#: Where `make vnu` puts it.
JAR = ROOT / "var/tools/vnu/node_modules/vnu-jar/build/dist/vnu.jar"
#: With Java's quick compiler alone few pages take half as long. Its code needs a larger
#: stack for the checker's schema, which calls itself.
FOR_A_SHORT_RUN = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m")


def command():
    """How it is called; the test is skipped where it, or Java, is missing."""
    jar = os.environ.get("VNU_JAR") or JAR
    java = shutil.which("java")
    if not java or not os.path.exists(jar):
        pytest.skip("no Nu Html Checker: make vnu")
    return [java, *FOR_A_SHORT_RUN, "-jar", str(jar)]


def faults(pages, folder):
    """
    What is wrong with ``pages``, a dict of their HTML by their address.

    ``folder`` is an empty one for their files; a fault is its address and its message.
    """
    names = {}
    for number, (address, html) in enumerate(sorted(pages.items())):
        names[f"{number}.html"] = address
        (folder / f"{number}.html").write_bytes(html)
    said = subprocess.run(
        [*command(), "--format", "json", "--exit-zero-always", *sorted(names)],
        cwd=folder,
        capture_output=True,
        check=True,
    )
    return [
        (names[each["url"].rsplit("/", 1)[-1]], each["message"])
        for each in json.loads(said.stderr)["messages"]
        if each["type"] == "error"
    ]

"""
The mail server is down for a day: it accepts and does not answer, or refuses.

    python -m tools.faults.mails FIRST LAST

runs the queue for each minute between the two, and prints when all mails were sent.
"""

import contextlib
import logging
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from importlib import import_module

import django
from django.utils import timezone

from tools.benchmarks.servers import ROOT, free_port
from tools.faults import visitors
from tools.faults.clocks import RESET
from tools.faults.restarts import BOTH
from tools.faults.telling import Outcome, counted, scenario

#: Minutes of a day.
DAY = 1440


class MailServer:
    """
    Accepts connections; either does not answer, or accepts each mail and keeps its
    text.
    """

    def __init__(self, port, *, is_silent):
        self.is_silent, self.mails, self._held = is_silent, [], []
        self._socket = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                visitor, _place = self._socket.accept()
                self._held.append(visitor)
                if not self.is_silent:
                    threading.Thread(target=self._talk, args=[visitor]).start()

    def _talk(self, visitor):
        with visitor, visitor.makefile("rwb", buffering=0) as spoken:
            spoken.write(b"220 here\r\n")
            while line := spoken.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    spoken.write(b"354 go on\r\n")
                    self.mails.append(b"".join(iter(spoken.readline, b".\r\n")))
                spoken.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
                if word == b"QUIT":
                    return

    def close(self):
        # A thread that waits for a connection keeps the socket open until it wakes up.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for each in self._held:
            each.close()


@scenario(
    "F12",
    "Mail server away for a day: first silent, then refusing; then back",
    passes="requests that queue a mail take at most 1 s; nothing is given up or lost; "
    "all is sent within two hours of its return",
    on=BOTH,
)
def no_mail(stage, engine):
    port = free_port()
    with stage.portal(engine, EMAIL_URL=f"smtp://127.0.0.1:{port}") as portal:
        portal.start()
        silent = MailServer(port, is_silent=True)
        answers, took = [], []
        for number in range(5):
            answers.append(ask_for_link(portal, number))
            if number < 2:
                begun = time.monotonic()
                portal.manage("send_mail_queue")
                took.append(time.monotonic() - begun)
        silent.close()
        play(portal, 2, DAY)
        waiting = unsent(portal)
        working = MailServer(port, is_silent=False)
        late = int(play(portal, DAY, 3 * DAY)) - DAY
        working.close()
        outcome = Outcome(
            f"5 links asked for: {counted(answers)}, at most "
            f"{max(a.seconds for a in answers):.2f} s; a run of the queue at a silent "
            f"server {max(took):.0f} s; after a day's runs {waiting} mails waited; "
            f"{len(working.mails)} sent, the last {late} min after its return",
            lost=f"{5 - len(working.mails)} mails",
        )
        outcome.must({a.status for a in answers} == {302}, "a link was not queued")
        slow = max(a.seconds for a in answers)
        outcome.must(slow <= 1, f"a request took {slow:.1f} s")
        outcome.must(waiting == 5, f"{waiting} of 5 mails waited")
        outcome.must(len(working.mails) == 5, f"{len(working.mails)} of 5 were sent")
        outcome.must(late <= 120, f"the last was sent {late} min after its return")
    return outcome


def play(portal, first, last):
    """Run the queue for each minute between the two; return the last result."""
    command = [sys.executable, "-m", "tools.faults.mails", str(first), str(last)]
    done = subprocess.run(
        command, cwd=ROOT, env=portal.environment, stdout=subprocess.PIPE, check=True
    )
    return done.stdout.decode()


def ask_for_link(portal, number):
    person = visitors.Visitor(portal.port)
    person.get(RESET)
    [(address,)] = portal.rows(
        "SELECT email FROM agencies_user WHERE username = %s",
        portal.world["people"][number]["name"],
    )
    return person.post(RESET, {"email": address})


def unsent(portal):
    waiting = "sent_at IS NULL AND given_up_at IS NULL"
    [(number,)] = portal.rows(f"SELECT count(*) FROM agencies_mail WHERE {waiting}")  # noqa: S608
    return number


def main(first, last):
    django.setup()
    logging.disable(logging.CRITICAL)
    mail = import_module("agencies.mail")
    begun = timezone.now()
    for minute in range(first, last):
        mail.send_queue(now=begun + timedelta(minutes=minute))
        if not mail.Mail.objects.waiting().exists():
            break
    sys.stdout.write(f"{minute}\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

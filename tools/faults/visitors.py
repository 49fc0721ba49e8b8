"""The simulated users of a portal: readers and staff."""

import asyncio
import re
import socket
import threading
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from tests.proxies import TRUSTING

SIGN_IN = "/cuenta/login/"
#: Pages that most readers request; each is cached in a worker's memory.
PAGES = ("/", "/2017-2020/", "/2017-2020/ejes/", "/2017-2020/compromisos/", "/ayuda/")
VERSION = re.compile(r'name="seen_version"[^>]*?value="(\d*)"')
BANNER = b"copy-band"


class Answer(NamedTuple):
    """A status or the name of an error, and the time until it arrived."""

    status: object
    seconds: float
    begun: float
    body: bytes = b""
    headers: dict = {}

    @property
    def text(self):
        return self.body.decode(errors="replace")


class Asking:
    """
    Requests public pages from a thread, until the block ends.

    Each request has its own connection, as behind a proxy. ``answers`` are in the order
    in which they ended.
    """

    def __init__(self, port, *, pages=PAGES, tls=False, patience=60):
        self.port, self.pages = port, pages
        self.tls, self.patience = TRUSTING if tls else None, patience
        self.answers = []
        self.done = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self.keep_asking()))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self._thread.join()

    def since(self, moment):
        """Answers to the requests since this moment."""
        return [answer for answer in self.answers if answer.begun >= moment]

    async def ask(self, number):
        page = self.pages[number % len(self.pages)]
        begun = time.monotonic()
        try:
            async with asyncio.timeout(self.patience):
                raw = await self._exchange(page)
            status = int(raw.split(b" ", 2)[1]) if is_whole(raw) else "cut"
        except TimeoutError:
            raw, status = b"", "no answer"
        except OSError as error:
            raw, status = b"", type(error).__name__.removesuffix("Error")
        keep = BANNER if BANNER in raw else b""
        self.answers.append(Answer(status, time.monotonic() - begun, begun, keep))

    async def _exchange(self, page):
        host = "localhost" if self.tls else None
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.tls, server_hostname=host
        )
        head = f"GET {page} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        try:
            writer.write(head.encode())
            return await reader.read(-1)
        finally:
            writer.close()


class Readers(Asking):
    """Requests at an even rate, whether or not earlier ones have ended."""

    def __init__(self, port, *, rate, **options):
        super().__init__(port, **options)
        self.rate = rate

    async def keep_asking(self):
        begun, number, tasks = time.monotonic(), 0, set()
        while not self.done.is_set():
            task = asyncio.create_task(self.ask(number))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            number += 1
            await asyncio.sleep(max(0, begun + number / self.rate - time.monotonic()))
        if tasks:
            await asyncio.wait(tasks)


class Crowd(Asking):
    """A number of people who read a page, pause, and request the next one."""

    def __init__(self, port, *, people, think=0, **options):
        super().__init__(port, **options)
        self.people, self.think = people, think

    async def keep_asking(self):
        await asyncio.gather(*(self._read(place) for place in range(self.people)))

    async def _read(self, place):
        # They do not all begin at the same instant.
        await asyncio.sleep(self.think * place / self.people)
        number = place
        while not self.done.is_set():
            await self.ask(number)
            number += 1
            await asyncio.sleep(self.think)


def is_whole(raw):
    """Whether the body of an answer is as long as its header says."""
    if not raw.startswith(b"HTTP/1.1 "):
        return False
    head, _, body = raw.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return length is None or len(body) == int(length[1])


class Visitor:
    """A browser: cookies, a CSRF token, and its own address."""

    def __init__(self, port, *, tls=False, patience=60):
        self.port, self.tls, self.patience = port, tls, patience
        self.cookies, self.address = {}, f"10.0.{uuid4().int % 250}.{uuid4().int % 250}"

    @property
    def token(self):
        """The CSRF token; under TLS the name of its cookie has a prefix."""
        return next((v for k, v in self.cookies.items() if k.endswith("csrf")), "")

    def get(self, path, **headers):
        return self._ask("GET", path, None, headers)

    def post(self, path, fields, **headers):
        """Post a form with the token of the last page."""
        fields = {"csrfmiddlewaretoken": self.token, **fields}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._ask("POST", path, urlencode(fields, doseq=True), headers)

    def upload(self, path, fields, name, content):
        """Post a form with one file."""
        edge, parts = uuid4().hex, []
        fields = {"csrfmiddlewaretoken": self.token, **fields}
        for key, value in fields.items():
            parts.append(f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}')
        head = (
            f'Content-Disposition: form-data; name="upload"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        start = "".join(f"--{edge}\r\n{part}\r\n" for part in parts)
        body = f"{start}--{edge}\r\n{head}".encode()
        body += content + f"\r\n--{edge}--\r\n".encode()
        kind = f"multipart/form-data; boundary={edge}"
        return self._ask("POST", path, body, {"Content-Type": kind})

    def _ask(self, method, path, body, headers):
        begun = time.monotonic()
        kind = HTTPSConnection if self.tls else HTTPConnection
        options = {"context": TRUSTING} if self.tls else {}
        try:
            with closing(
                kind("localhost", self.port, timeout=self.patience, **options)
            ) as connection:
                cookie = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
                connection.request(
                    method,
                    path,
                    body,
                    {
                        "Host": "localhost",
                        "Visitor": self.address,
                        "Cookie": cookie,
                        "Connection": "close",
                        "Accept-Language": "es",
                        **({"Referer": f"https://localhost:{self.port}/"}),
                        **{k.replace("_", "-"): v for k, v in headers.items()},
                    },
                )
                response = connection.getresponse()
                told = response.read()
        except (OSError, HTTPException) as error:
            name = "no answer" if isinstance(error, TimeoutError) else ""
            name = name or type(error).__name__.removesuffix("Error")
            return Answer(name, time.monotonic() - begun, begun)
        for value in response.headers.get_all("Set-Cookie") or ():
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Answer(
            response.status,
            time.monotonic() - begun,
            begun,
            told,
            {k.lower(): v for k, v in response.headers.items()},
        )

    def sign_in(self, username, password, patience=60):
        """Sign in; repeat if the process is busy with another sign-in."""
        self.get(SIGN_IN)
        deadline = time.monotonic() + patience
        while True:
            answer = self.post(SIGN_IN, {"login": username, "password": password})
            if answer.status == 302:
                return self
            if answer.status != 503 or time.monotonic() > deadline:
                raise RuntimeError(f"{username} cannot sign in: {answer.status}")
            time.sleep(0.3)


def hold_open(port, data, number):
    """Open this many connections, and send only ``data`` on each."""
    held = []
    for _ in range(number):
        with suppress(OSError):
            plain = socket.create_connection(("127.0.0.1", port), timeout=10)
            plain.sendall(data)
            held.append(plain)
    return held

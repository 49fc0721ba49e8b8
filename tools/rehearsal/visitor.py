"""
Run in the machine by its own python3: a focal point at work through the proxy.

Reads the output of people.py on standard input. The argument is a photo to attach;
without it the photo must be there already. Prints its actions.
"""

import base64
import hmac
import json
import re
import secrets
import struct
import sys
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

HOST = "https://plan.example.gob.do"
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
opener = build_opener(HTTPCookieProcessor(CookieJar()))


def main(told, photo):
    login = f"{HOST}/cuenta/login/?next=/gestion/"
    form = {"login": told["username"], "password": told["password"]}
    asked = post(login, form)
    assert b'name="code"' in asked.read(), "no second factor was asked for"
    desk = post(asked.url, {"code": code(told["secret"])})
    assert "/gestion/" in desk.url, desk.url
    say("signed in with a second factor")
    workbook = opener.open(HOST + told["workbook"]).read()
    assert workbook.startswith(b"PK"), workbook[:80]
    say(f"downloaded the workbook ({len(workbook) // 1024} kB)")
    if photo:
        content = Path(photo).read_bytes()
        attach(HOST + told["attach"], HOST + told["sheet"], content)
        say(f"attached a photo ({len(content) / 2**20:.1f} MB)")
    sheet = opener.open(HOST + told["sheet"]).read()
    [file] = set(re.findall(rb'href="([^"]*/evidencias?/[^"]+)"', sheet))
    picture = opener.open(HOST + file.decode()).read()
    assert picture.startswith(b"\xff\xd8"), picture[:80]
    say(f"opened the photo ({len(picture) / 2**20:.1f} MB)")


def post(address, form):
    """Fill in the form of a page and send it; return the answer after its redirects."""
    page = opener.open(address)
    fields = form | {"csrfmiddlewaretoken": TOKEN.search(page.read())[1].decode()}
    sent = urlencode(fields).encode()
    return opener.open(Request(page.url, sent, {"Referer": page.url}))  # noqa: S310


def attach(address, sheet, content):
    token = TOKEN.search(opener.open(sheet).read())[1].decode()
    boundary = secrets.token_hex(16)
    fields = {"csrfmiddlewaretoken": token, "title_es": "Foto del taller"}
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        f"{value}\r\n".encode()
        for name, value in fields.items()
    )
    body += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="upload"; '
        'filename="taller.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    ).encode()
    body += content + f"\r\n--{boundary}--\r\n".encode()
    kind = f"multipart/form-data; boundary={boundary}"
    headers = {"Content-Type": kind, "Referer": sheet}
    opener.open(Request(address, body, headers))  # noqa: S310


def code(secret):
    """The present code of an authenticator app."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def say(text):
    print(f"    {text}")  # noqa: T201


if __name__ == "__main__":
    main(json.loads(sys.stdin.read()), *sys.argv[1:] or [""])

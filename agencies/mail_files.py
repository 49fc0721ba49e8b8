"""Mails as files, for a portal that has no mail server."""

import os
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class FileBackend(BaseEmailBackend):
    """Writes each mail into ``EMAIL_FILE_PATH``, for the portal's own user only."""

    def send_messages(self, email_messages):
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.localtime():%Y%m%d-%H%M%S}-{uuid4().hex[:8]}.eml"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(folder / name, flags, 0o600), "wb") as file:
                file.write(message.message().as_bytes(linesep="\n"))
        return len(email_messages)


def remove_holding(stands_in):
    """Delete the files of mails for whose subject or a text ``stands_in`` is true."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    for path in Path(folder).glob("*.eml") if folder else ():
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        parts = [
            part for part in message.walk() if part.get_content_maintype() == "text"
        ]
        texts = [str(message["subject"]), *(part.get_content() for part in parts)]
        if any(map(stands_in, texts)):
            path.unlink()

"""
The picture that stands beside a link to a page: the page's own figures, drawn.

Pure: words and counts in, a PNG out. The font comes along, so that every machine draws
the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN = 72
FONTS = Path(__file__).parent / "fonts"

PAPER, INK, SOFT, HEADER, LINE = "#ffffff", "#1d2433", "#4a5365", "#003876", "#cfd5de"
#: As in portal.css, where a test compares them.
COLOURS = {
    "fulfilled": "#17603a",
    "in_part": "#3a7549",
    "unfulfilled": "#9b1c1c",
    "carried_over": "#0f6b6b",
    "to_declare": "#4a7724",
    "in_progress": "#1f5aa6",
    "kept_up": "#2b6f9e",
    "left_in_progress": "#486a98",
    "begun": "#4763b8",
    "not_started": "#5a6372",
    "incomplete": "#6e6752",
    "partly_suspended": "#94600f",
    "suspended": "#8a4b00",
    "cancelled": "#6b2c7e",
    "in_review": "#7558b0",
    "reserved": "#3b4252",
    "no_report": LINE,
    "not_asked": LINE,
    "no_activities": LINE,
}


@dataclass(frozen=True)
class Part:
    """One state of the bar: its name, its word and how many."""

    state: str
    word: str
    number: int | None = None


@dataclass(frozen=True)
class Picture:
    """
    What is drawn, from the top: the site, what it is, its name, figures, the date.

    ``parts`` are the segments of the bar with their legend; a single one without a
    number is told as a state alone. ``note`` says what is on record of reconstructed
    work, or what cannot be said with a value; ``figure`` is a value, drawn large.
    """

    site: str
    kicker: str
    title: str
    summary: str
    parts: Sequence[Part]
    foot: str
    note: str = ""
    figure: str = ""


def draw(picture: Picture) -> bytes:
    """The picture as PNG, with so few colours that it weighs little."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", SIZE, PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, WIDTH, 88), fill=HEADER)
    canvas.text((MARGIN, 44), picture.site, PAPER, font(30, "Bold"), anchor="lm")
    canvas.text((MARGIN, 120), picture.kicker, SOFT, font(28))
    top = _title(canvas, picture.title)
    if picture.figure:
        figure = fitting(picture.figure, 76)
        canvas.text((MARGIN, top), figure, HEADER, font(76, "Bold"))
        top += 98
    # The summary of a value ends with how certain it is, which is never cut off.
    lines = wrapped(picture.summary, 34, 2 if picture.figure else 1)
    for line in lines:
        canvas.text((MARGIN, top), line, INK, font(34, "Bold"))
        top += 44
    top -= 44
    if sum(part.number or 0 for part in picture.parts):
        _bar(canvas, picture.parts, top + 62)
    top = _legend(canvas, picture.parts, top + 112) if picture.parts else top + 62
    room = (HEIGHT - 70 - top) // 40
    for line in wrapped(picture.note, 28, min(room, 3)) if room > 0 else ():
        canvas.text((MARGIN, top), line, INK, font(28))
        top += 40
    canvas.text((MARGIN, HEIGHT - 34), picture.foot, SOFT, font(24), anchor="ls")
    stored = BytesIO()
    image.quantize(64, Image.Quantize.FASTOCTREE).save(stored, "PNG")
    return stored.getvalue()


@cache
def font(size, weight="Regular"):
    from PIL import ImageFont

    return ImageFont.truetype(FONTS / f"PublicSans-{weight}.ttf", size)


def fitting(text, size, weight="Bold", width=WIDTH - 2 * MARGIN):
    """The text, or what of it fits on one line."""
    measure = font(size, weight).getlength
    if measure(text) <= width:
        return text
    while text and measure(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrapped(text, size, lines):
    """The text in at most ``lines`` lines; what is left over is cut with dots."""
    measure = font(size, "Bold").getlength
    found, words = [], text.split()
    while words and len(found) < lines - 1:
        line = [words.pop(0)]
        while words and measure(" ".join([*line, words[0]])) <= WIDTH - 2 * MARGIN:
            line.append(words.pop(0))
        found.append(fitting(" ".join(line), size))
    return [*found, fitting(" ".join(words), size)] if words else found


def _title(canvas, title):
    """Draw it, smaller when it is long; where the next thing begins."""
    size = 52 if len(title) < 80 else 42
    top = 164
    for line in wrapped(title, size, 3):
        canvas.text((MARGIN, top), line, INK, font(size, "Bold"))
        top += round(size * 1.2)
    return top + 22


def _bar(canvas, parts, top):
    total = sum(part.number for part in parts)
    width, start = WIDTH - 2 * MARGIN, MARGIN
    for part in parts:
        end = start + width * part.number / total
        canvas.rectangle((start, top, end, top + 30), fill=COLOURS[part.state])
        start = end
    canvas.rectangle((MARGIN, top, WIDTH - MARGIN, top + 30), outline=LINE)


def _legend(canvas, parts, top):
    left = MARGIN
    for part in parts:
        number = "" if part.number is None else f" {part.number}"
        text = f"{part.word}{number}"
        width = font(28).getlength(text) + 32
        if left > MARGIN and left + width > WIDTH - MARGIN:
            left, top = MARGIN, top + 42
        square = (left, top + 8, left + 20, top + 28)
        canvas.rectangle(square, fill=COLOURS[part.state], outline=SOFT)
        canvas.text((left + 32, top), text, INK, font(28))
        left += width + 40
    return top + 54

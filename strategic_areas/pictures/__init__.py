"""
The picture of a plan that other sites show beside a shared link.

The font is included, so that every machine draws the same bytes.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN = 72
FONTS = Path(__file__).parent / "fonts"

PAPER, INK, SOFT, HEADER, LINE = "#ffffff", "#1d2433", "#4a5365", "#003876", "#cfd5de"
#: By value of ``StateFamily``, as in plan_portal/styles/01-base.css.
COLOURS = {
    "met": "#0f5130",
    "unmet": "#b1480b",
    "going": "#174a8c",
    "halted": "#7d569c",
    "unbegun": PAPER,
    "silent": "#f3f5f8",
    "unread": LINE,
}


def draw_plan_picture(*, site, kicker, title, summary, parts, note, foot) -> bytes:
    """
    A PNG with a small palette.

    ``parts`` are the segments of the bar: family, word and number. ``note`` summarises
    reconstructed work.
    """
    from PIL import Image, ImageDraw

    image = Image.new("RGB", SIZE, PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, WIDTH, 88), fill=HEADER)
    canvas.text((MARGIN, 44), site, PAPER, load_font(30, "Bold"), anchor="lm")
    canvas.text((MARGIN, 120), kicker, SOFT, load_font(28))
    top = _title(canvas, title)
    canvas.text((MARGIN, top), fit_to_width(summary, 34), INK, load_font(34, "Bold"))
    if parts:
        _bar(canvas, parts, top + 62)
    top = _legend(canvas, parts, top + 112) if parts else top + 62
    room = (HEIGHT - 70 - top) // 40
    for line in wrap_text(note, 28, min(room, 3)) if room > 0 else ():
        canvas.text((MARGIN, top), line, INK, load_font(28))
        top += 40
    canvas.text((MARGIN, HEIGHT - 34), foot, SOFT, load_font(24), anchor="ls")
    stored = BytesIO()
    image.quantize(64, Image.Quantize.FASTOCTREE).save(stored, "PNG")
    return stored.getvalue()


@cache
def load_font(size, weight="Regular"):
    from PIL import ImageFont

    return ImageFont.truetype(FONTS / f"PublicSans-{weight}.ttf", size)


def fit_to_width(text, size, weight="Bold", width=WIDTH - 2 * MARGIN):
    measure = load_font(size, weight).getlength
    if measure(text) <= width:
        return text
    while text and measure(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrap_text(text, size, lines):
    measure = load_font(size, "Bold").getlength
    found, words = [], text.split()
    while words and len(found) < lines - 1:
        line = [words.pop(0)]
        while words and measure(" ".join([*line, words[0]])) <= WIDTH - 2 * MARGIN:
            line.append(words.pop(0))
        found.append(fit_to_width(" ".join(line), size))
    return [*found, fit_to_width(" ".join(words), size)] if words else found


def _title(canvas, title):
    size = 52 if len(title) < 80 else 42
    top = 164
    for line in wrap_text(title, size, 3):
        canvas.text((MARGIN, top), line, INK, load_font(size, "Bold"))
        top += round(size * 1.2)
    return top + 22


def _bar(canvas, parts, top):
    total = sum(number for _family, _word, number in parts)
    width, start = WIDTH - 2 * MARGIN, MARGIN
    for family, _word, number in parts:
        end = start + width * number / total
        part = (start, top, end, top + 30)
        canvas.rectangle(part, fill=COLOURS[family], outline=SOFT)
        start = end


def _legend(canvas, parts, top):
    left = MARGIN
    for family, word, number in parts:
        text = f"{word} {number}"
        width = load_font(28).getlength(text) + 32
        if left > MARGIN and left + width > WIDTH - MARGIN:
            left, top = MARGIN, top + 42
        square = (left, top + 8, left + 20, top + 28)
        canvas.rectangle(square, fill=COLOURS[family], outline=SOFT)
        canvas.text((left + 32, top), text, INK, load_font(28))
        left += width + 40
    return top + 54

from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext

from agencies.access import RefusedError
from agencies.decisions import DecisionSteps
from agencies.fields import field_of
from agencies.models import Agency, AgencyName
from strategic_areas import models, text_guard
from strategic_areas.disclosure import is_of_victims
from strategic_areas.models import Activity, Commitment, Evidence
from strategic_areas.people_counts import CountedPeople, find_people
from strategic_areas.text_guard import PersonalDataKind, Severity
from strategic_areas.workflow.phrases import strings_of, waiting_phrases

#: Models whose public texts name things and no people.
NAMING_MODELS = (
    *(models.Plan, models.StrategicArea, models.Programme, models.Commitment),
    *(models.Activity, models.Indicator, models.Term, models.LegalInstrument),
    *(models.FrameworkTarget, models.Province, models.HelpLine, Agency, AgencyName),
)
#: Cached publication version, digest of the texts, and their words.
_kept = (None, None, None)


def known_words():
    """Return words of plans and agencies, cached for the publication version."""
    global _kept  # one per process, replaced as a whole
    read_at, known, words = _kept
    version = models.PublicationVersion.current()
    if version == read_at:
        return words
    texts = tuple(chain(*map(_texts, NAMING_MODELS)))
    digest = hash(texts)
    if digest != known:
        words = text_guard.KnownWords.of(texts)
    _kept = version, digest, words
    return words


def forget_known_words():
    global _kept
    _kept = (None, None, None)


def _texts(model):
    columns = [
        name
        for field in model.fields
        if field.guarded and field.kind is field.kind.TEXT
        for name in field.columns
    ]
    rows = _public(model).order_by().values_list(*columns)
    return (text for row in rows for text in row if text)


def _public(model):
    """Public rows only: what an agency named itself, nobody approved."""
    if model is models.Plan:
        return model.objects.public()
    rows = model._base_manager.all()
    names = {field.name for field in model._meta.concrete_fields}
    if "is_in_plan" in names:
        rows = rows.filter(is_in_plan=True)
    for name in names & {"plan", "introduced_by"}:
        rows = rows.filter(**{f"{name}__in": models.Plan.objects.public()})
    return rows


#: Number of characters shown on each side of a finding.
EXCERPT_MARGIN = 30


@dataclass(frozen=True)
class DescribedFinding:
    """A finding of the guard as people read it: a stop, a warning or a mark."""

    label: str
    message: str
    excerpt: str
    severity: Severity = Severity.WARN
    #: A number of people in a text about victims needs an official source.
    is_count: bool = False


@dataclass(frozen=True)
class MarkedText:
    """A text in pieces, each with the numbers of the findings in it."""

    column: str
    label: str
    language: str
    pieces: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Examination:
    """
    The guard's findings in the texts of one decision.

    ``found`` is numbered from 1. If it ``asks``, the reviewer ticks that nobody can be
    recognised; findings that ``blocks`` returns prevent publication.
    """

    texts: tuple[MarkedText, ...]
    found: tuple[DescribedFinding, ...]

    @property
    def blocks(self):
        return [each for each in self.found if each.severity == Severity.BLOCK]

    @property
    def asks(self):
        return bool(self.found)

    @property
    def counts(self):
        return [each for each in self.found if each.is_count]

    @property
    def numbered(self):
        return list(enumerate(self.found, 1))


NOTHING_FOUND = Examination((), ())


def merge_examinations(parts):
    return Examination((), tuple(each for examined in parts for each in examined.found))


def examine_texts(parts, known=None, *, counts_people=False):
    """
    Examine texts for a review; ``parts`` are triples of model, values and label.

    ``known`` are words that name nobody, read once for many records. With
    ``counts_people`` every number of people is a finding.
    """
    known = known or known_words()
    texts, found = [], []
    for model, values, label in parts:
        for name, text, tells in _guarded_texts(model, values):
            seen = _findings_and_marks(text, tells, known)
            if counts_people:
                seen = _with_people(seen, find_people(text))
            if not seen:
                continue
            label_here = label or model.fields.of_column(name).label_of(name)
            numbers = range(len(found) + 1, len(found) + len(seen) + 1)
            found += [
                _describe_finding(label_here, text, each, is_shown=True)
                for each in seen
            ]
            pieces = _pieces(text, list(zip(seen, numbers, strict=True)))
            language = name.rpartition("_")[2] if name[-3:] in {"_es", "_en"} else ""
            texts.append(MarkedText(name, label_here, language, pieces))
    return Examination(tuple(texts), tuple(found))


def examine_report(record, known=None):
    return examine_texts(
        _parts_of(record), known, counts_people=bool(people_counts_in(record))
    )


def examine_fields(record, names, known=None):
    return examine_texts([(type(record), _values_of(record, names), "")], known)


def _findings_and_marks(text, tells, known):
    found = [
        *text_guard.find_personal_data(text),
        *text_guard.find_review_marks(text, known),
    ]
    return sorted([each for each in found if each.kind not in tells], key=_place)


def _with_people(seen, counted):
    rest = [
        each
        for each in seen
        if each.kind not in {PersonalDataKind.SMALL_NUMBER, PersonalDataKind.COUNT}
        or not any(each.start < one.end and one.start < each.end for one in counted)
    ]
    return sorted([*rest, *counted], key=_place)


def _place(finding):
    return finding.start, finding.end


def _pieces(text, numbered):
    pieces, at = [], 0
    while numbered:
        finding, number = numbered.pop(0)
        start, end, numbers = max(at, finding.start), finding.end, [number]
        while numbered and numbered[0][0].start < end:
            overlapping, number = numbered.pop(0)
            end, numbers = max(end, overlapping.end), [*numbers, number]
        if start > at:
            pieces.append((text[at:start], ()))
        pieces.append((text[start:end], tuple(numbers)))
        at = end
    return (*pieces, (text[at:], ()))


def findings_in(model, values, *, with_notes=False):
    """
    Yield column, text and finding for every guarded text in ``values``.

    Data that a model exists to publish, such as a help line's number, is no finding.
    """
    for name, text, tells in _guarded_texts(model, values, with_notes=with_notes):
        for finding in text_guard.find_personal_data(text):
            if finding.kind not in tells:
                yield name, text, finding


def _guarded_texts(model, values, *, with_notes=False):
    for name, value in values.items():
        field = field_of(model, name)
        if not value or not (field.guarded or with_notes and field.is_note):
            continue
        # A list, such as a help line's numbers, is read as shown on the page.
        text = value if isinstance(value, str) else ", ".join(map(str, value))
        yield (
            name,
            text,
            model.fields.allowed_personal_data | field.allowed_personal_data,
        )


def blocked_texts(model, values):
    """Return why texts may not even be stored, by field name."""
    found = {}
    for name, _text, finding in findings_in(model, values, with_notes=True):
        if finding.severity == Severity.BLOCK:
            found.setdefault(name, str(finding.message))
    return found


def must_be_clean(model, *, error=RefusedError, **texts):
    """Refuse texts, given by column, that identify a person."""
    for name, reason in blocked_texts(model, texts).items():
        raise error(f"{model.fields.of_column(name).label}: {reason}")


def must_not_wait_for_purge(record, values, *, error=RefusedError):
    """Refuse to publish words of a pending purge."""
    phrases = waiting_phrases()
    if phrases and any(map(phrases.occur_in, strings_of(list(values)))):
        raise error(
            gettext(
                "%(record)s: it holds words of which somebody asked that they be "
                "withdrawn everywhere. Decide on that request first, or take the words "
                "out."
            )
            % {"record": record}
        )


def evidence_identifiers(evidence):
    """Return the values by which a purge names a piece of evidence."""
    return [str(getattr(evidence, name)) for name in ("file", *Evidence.WHEREABOUTS)]


def texts_published_with(update):
    rows = [update, *update.evidences.all()]
    if not getattr(update.subject, "is_in_plan", True):
        rows.append(update.subject)
    for row in rows:
        for name in row.fields.columns(public=True):
            if isinstance(text := getattr(row, name), str):
                yield text


def add_guard_errors(form, model, **columns):
    """Add the guard's refusals to a form; ``columns`` maps its fields to columns."""
    for name, column in columns.items():
        text = form.cleaned_data.get(name)
        for reason in blocked_texts(model, {column: text}).values():
            form.add_error(name, reason)


class GuardedSteps(DecisionSteps):
    def decline(self, decision, *, by, reason=""):
        must_be_clean(self.model, reason=reason)
        return super().decline(decision, by=by, reason=reason)


def blocking_messages(text):
    found = text_guard.find_personal_data(text) if text else ()
    blocks = [each for each in found if each.severity == Severity.BLOCK]
    return list(dict.fromkeys(str(each.message) for each in blocks))


def add_blocking_errors(form, *names):
    for name in names:
        for reason in blocking_messages(form.cleaned_data.get(name)):
            form.add_error(name, reason)


def warnings_about(record):
    return warnings_and_blocks(record)[0]


def blocking_findings(record):
    return warnings_and_blocks(record)[1]


def warnings_and_blocks(record):
    found = [each for part in _parts_of(record) for each in _described_findings(*part)]
    told = [warned for severity, warned in found if severity == Severity.WARN]
    barred = [warned for severity, warned in found if severity == Severity.BLOCK]
    return [*people_counts_in(record), *told], barred


def people_counts_in(record):
    """
    Return numbers of people of any size in the texts of a report about victims.

    It is published only with the official source that printed them. Content withheld by
    law is not read.
    """
    if getattr(record, "is_reserved", False):
        return []
    found = [
        _describe_finding(label or model.fields.of_column(name).label, text, each)
        for model, values, label in _parts_of(record)
        for name, text in values.items()
        for each in find_people(text or "")
    ]
    return found if found and _is_of_victims(record.subject) else []


def must_count_nobody(record, values, model=None):
    """
    Refuse numbers of people in texts next to work with victims.

    Applies to translations and disputes, unless their report names the printing source,
    and to texts of another ``model``. Never to a withdrawal's reason or the work's own
    texts.
    """
    about = getattr(record, "record", None)
    subject = getattr(about or record, "subject", about or record)
    wholes = (models.Plan,) if model or subject is not record else ()
    if not isinstance(subject, (Activity, Commitment, *wholes)):
        return
    guarded = _guarded_texts(model or type(record), values)
    said = [
        excerpt(text, each) for _name, text, _t in guarded for each in find_people(text)
    ]
    is_printed = not model and getattr(about, "printed_by", None) is not None
    if not is_printed and said and _is_of_victims(subject):
        raise RefusedError(
            gettext(
                "%(record)s: this counts people in work with victims: “%(words)s”. "
                "Write it without the number: only a report that names an official "
                "source may state it."
            )
            % {"record": record, "words": said[0]}
        )


def _is_of_victims(subject):
    if isinstance(subject, Activity):
        return is_of_victims(subject)
    return bool(subject.pk) and any(map(is_of_victims, subject.activities.all()))


def warnings_about_fields(record, names):
    return warnings_and_blocks_of_fields(record, names)[0]


def warnings_and_blocks_of_fields(record, names):
    found = list(_described_findings(type(record), _values_of(record, names)))
    return tuple(
        [warned for severity, warned in found if severity == wanted]
        for wanted in (Severity.WARN, Severity.BLOCK)
    )


def warnings_about_texts(model, values):
    found = _described_findings(model, values)
    return [warned for severity, warned in found if severity == Severity.WARN]


def _parts_of(record):
    yield type(record), _guarded_values(record), ""
    subject = record.subject
    if not getattr(subject, "is_in_plan", True):
        # The agency named this work itself, and nobody has reviewed the name.
        yield type(subject), _values_of(subject, ["title_es"]), ""
    for item in record.evidences.all():
        yield Evidence, _guarded_values(item), gettext("Evidence")


def _guarded_values(record):
    return _values_of(record, record.fields.columns(guarded=True))


def _values_of(record, names):
    return {name: getattr(record, name) for name in names}


def _described_findings(model, values, label=""):
    for name, text, finding in findings_in(model, values):
        label_here = label or model.fields.of_column(name).label
        yield finding.severity, _describe_finding(label_here, text, finding)


def _describe_finding(label, text, finding, *, is_shown=False):
    shown = text[finding.start : finding.end] if is_shown else excerpt(text, finding)
    is_count = isinstance(finding, CountedPeople)
    return DescribedFinding(
        label, str(finding.message), shown, finding.severity, is_count
    )


def excerpt(text, finding):
    start = text.rfind(" ", 0, max(0, finding.start - EXCERPT_MARGIN)) + 1
    end = text.find(" ", finding.end + EXCERPT_MARGIN)
    before, after = "… " if start else "", " …" if end != -1 else ""
    return f"{before}{text[start : end if after else None].strip()}{after}"

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from django.utils.translation import gettext

from agencies.access import RefusedError
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
#: Most publications change none of the texts.
_known_words_of = lru_cache(maxsize=1)(text_guard.KnownWords.of)


def known_words():
    """Return words of plans and agencies, cached for the publication version."""
    return known_words_at(models.PublicationVersion.current())


@lru_cache(maxsize=1)
def known_words_at(_version):
    return _known_words_of(tuple(chain(*map(_guarded_public_texts, NAMING_MODELS))))


def _guarded_public_texts(model):
    columns = [
        name
        for field in model.fields
        if field.guarded and field.kind is field.kind.TEXT
        for name in field.columns
    ]
    rows = _public_rows(model).order_by().values_list(*columns)
    return (text for row in rows for text in row if text)


def _public_rows(model):
    """Leave out work outside plans: agencies name it without approval."""
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
    """A finding of the guard for people: it blocks, warns, or marks words."""

    label: str
    message: str
    excerpt: str
    severity: Severity = Severity.WARN
    #: A number of people in a text about victims needs an official source.
    is_count: bool = False


@dataclass(frozen=True)
class MarkedText:
    """A text in pieces; each has the numbers of the findings that it is part of."""

    column: str
    label: str
    language: str
    pieces: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Examination:
    """
    The guard's findings in the texts of one decision.

    If there are findings, the reviewer has to tick that nobody can be recognised.
    ``blocks`` prevent publication; ``counts`` are numbers of people, which need an
    official source.
    """

    texts: tuple[MarkedText, ...]
    findings: tuple[DescribedFinding, ...]

    @property
    def blocks(self):
        return [each for each in self.findings if each.severity == Severity.BLOCK]

    @property
    def counts(self):
        return [each for each in self.findings if each.is_count]

    @property
    def numbered(self):
        return list(enumerate(self.findings, 1))


NOTHING_FOUND = Examination((), ())


def merge_examinations(examinations):
    findings = (each for examined in examinations for each in examined.findings)
    return Examination((), tuple(findings))


def examine_texts(parts, known=None, *, counts_people=False):
    """
    Examine texts for a review; ``parts`` are triples of model, values and label.

    ``known`` are words that name nobody. With ``counts_people`` every number of people
    is a finding.
    """
    known = known or known_words()
    texts, described = [], []
    for model, values, label in parts:
        for name, text, allowed_kinds in _guarded_texts(model, values):
            findings = _findings_and_marks(text, allowed_kinds, known)
            if counts_people:
                findings = _with_people(findings, find_people(text))
            if not findings:
                continue
            text_label = label or model.fields.of_column(name).label_of(name)
            numbers = range(len(described) + 1, len(described) + len(findings) + 1)
            described += [
                _describe_finding(text_label, text, each, is_whole=True)
                for each in findings
            ]
            pieces = _pieces(text, list(zip(findings, numbers, strict=True)))
            language = name.rpartition("_")[2] if name[-3:] in {"_es", "_en"} else ""
            texts.append(MarkedText(name, text_label, language, pieces))
    return Examination(tuple(texts), tuple(described))


def examine_report(record, known=None):
    return examine_texts(
        _parts_of(record), known, counts_people=bool(people_counts_in(record))
    )


def examine_fields(record, names, known=None):
    return examine_texts([(type(record), _values_of(record, names), "")], known)


def _findings_and_marks(text, allowed_kinds, known):
    found = [
        *text_guard.find_personal_data(text),
        *text_guard.find_review_marks(text, known),
    ]
    found = [each for each in found if each.kind not in allowed_kinds]
    return sorted(found, key=_position)


def _with_people(findings, counts):
    """Add counts of people; each replaces other findings of the same number."""
    others = [
        each
        for each in findings
        if each.kind not in {PersonalDataKind.SMALL_NUMBER, PersonalDataKind.COUNT}
        or not any(each.start < one.end and one.start < each.end for one in counts)
    ]
    return sorted([*others, *counts], key=_position)


def _position(finding):
    return finding.start, finding.end


def _pieces(text, numbered):
    """Split a text at its sorted findings; overlapping ones share a piece."""
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
    texts = _guarded_texts(model, values, with_notes=with_notes)
    for name, text, allowed_kinds in texts:
        for finding in text_guard.find_personal_data(text):
            if finding.kind not in allowed_kinds:
                yield name, text, finding


def _guarded_texts(model, values, *, with_notes=False):
    for name, value in values.items():
        field = field_of(model, name)
        if not value or not (field.guarded or with_notes and field.is_note):
            continue
        # A list, such as a help line's numbers, is read as shown on the page.
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield (
            name,
            text,
            model.fields.allowed_personal_data | field.allowed_personal_data,
        )


def blocked_texts(model, values):
    """Return by field name why a text may not be stored, not even in a draft."""
    found = {}
    for name, _text, finding in findings_in(model, values, with_notes=True):
        if finding.severity == Severity.BLOCK:
            found.setdefault(name, str(finding.message))
    return found


def must_identify_nobody(model, *, error=RefusedError, **texts):
    """Refuse texts, given by column, that identify a person."""
    for name, reason in blocked_texts(model, texts).items():
        raise error(f"{model.fields.of_column(name).label}: {reason}")


def must_not_be_in_pending_purge(record, values, *, error=RefusedError):
    """Refuse to publish words that a pending purge wants removed."""
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


def warnings_and_blocks(record):
    found = chain(*(_described_findings(*part) for part in _parts_of(record)))
    warnings, blocks = _by_severity(found)
    return [*people_counts_in(record), *warnings], blocks


def _by_severity(findings):
    findings = list(findings)
    return tuple(
        [each for each in findings if each.severity == severity]
        for severity in (Severity.WARN, Severity.BLOCK)
    )


def people_counts_in(record):
    """
    Return numbers of people of any size in the texts of a report about victims.

    Only an official source that printed them makes them public. Texts withheld by law
    are not examined.
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
    """Refuse texts in which ``refused_counts`` finds a number."""
    for refusal in refused_counts(record, values, model).values():
        raise RefusedError(refusal)


def refused_counts(record, values, model=None):
    """
    Return by field name why a number of people may not stand in a text.

    None may in texts about work with victims. ``values`` are texts of ``record``, or
    with ``model`` texts of that model about the record, such as an amendment's reason.
    Translations and disputes of a report may repeat numbers whose official source the
    report names.
    """
    report = getattr(record, "record", None)
    subject = getattr(report or record, "subject", report or record)
    plan_types = (models.Plan,) if model or subject is not record else ()
    is_printed = not model and getattr(report, "printed_by", None) is not None
    if is_printed or not isinstance(subject, (Activity, Commitment, *plan_types)):
        return {}
    excerpts = {
        name: excerpt(text, found[0])
        for name, text, _kinds in _guarded_texts(model or type(record), values)
        if (found := [*find_people(text)])
    }
    if not excerpts or not _is_of_victims(subject):
        return {}
    refusal = gettext(
        "%(record)s: this counts people in work with victims: “%(words)s”. "
        "Write it without the number: only a report that names an official "
        "source may state it."
    )
    return {
        name: refusal % {"record": record, "words": words}
        for name, words in excerpts.items()
    }


def _is_of_victims(subject):
    if isinstance(subject, Activity):
        return is_of_victims(subject)
    return bool(subject.pk) and any(map(is_of_victims, subject.activities.all()))


def warnings_and_blocks_of_fields(record, names):
    return _by_severity(_described_findings(type(record), _values_of(record, names)))


def warnings_about_texts(model, values):
    return _by_severity(_described_findings(model, values))[0]


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
        yield _describe_finding(
            label or model.fields.of_column(name).label, text, finding
        )


def _describe_finding(label, text, finding, *, is_whole=False):
    words = text[finding.start : finding.end] if is_whole else excerpt(text, finding)
    is_count = isinstance(finding, CountedPeople)
    return DescribedFinding(
        label, str(finding.message), words, finding.severity, is_count
    )


def excerpt(text, finding):
    start = text.rfind(" ", 0, max(0, finding.start - EXCERPT_MARGIN)) + 1
    end = text.find(" ", finding.end + EXCERPT_MARGIN)
    before, after = "… " if start else "", " …" if end != -1 else ""
    return f"{before}{text[start : end if after else None].strip()}{after}"

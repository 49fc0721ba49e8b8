"""Rounds, reports, values, letters, and what two people decide on."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from strategic_areas import models, purging, workflow
from strategic_areas.datasets import editions
from strategic_areas.evidence import attach_file, clean_evidence, write_file
from strategic_areas.figures.submission import submit_value
from strategic_areas.models.agency_statements import LINK_BY_MODEL
from strategic_areas.models.measurements import ReportedValue
from strategic_areas.purging import takedowns
from strategic_areas.workflow.questions import parse_tokens, revision_tokens
from tests import make
from tests.make.numbers import numbers
from tests.uploads import make_pdf


def seen_versions(*updates):
    """What a screen that shows these revisions sends back: their versions."""
    return parse_tokens(revision_tokens(updates))


def dispute(record, *, by=None, **fields):
    """
    Proposed by a focal point of the agency to which the record is attributed.

    ``record`` is a commitment, an activity, an update or a figure.
    """
    named = {models.Commitment: "lead", models.PublishedFigure: "indicator"}
    agency = getattr(record, named.get(type(record), "agency"))
    agency = agency.agency if isinstance(record, models.PublishedFigure) else agency
    by = by or make.focal_point(agency=agency)
    fields.setdefault("text_es", "Ese operativo lo hizo otra institución.")
    fields.setdefault("signed_as", "titular")
    dispute = models.RecordDispute(
        **{LINK_BY_MODEL[type(record)]: record},
        agency=agency,
        written_by=by,
        written_at=timezone.now(),
        **fields,
    )
    return workflow.propose(dispute, by=by)


def approved_dispute(record, **fields):
    """One that the public reads."""
    workflow.approve(make.dispute(record, **fields), by=make.reviewer())
    return models.RecordDispute.objects.latest("pk")


def correction_request(**fields):
    """What a reader asked to be corrected; undecided unless said."""
    number = next(numbers)
    fields.setdefault("asked_on", date(2026, 3, 1))
    fields.setdefault("about_es", f"Página {number}")
    fields.setdefault("about_en", f"Page {number}")
    fields.setdefault("asked_es", f"La cifra {number} no coincide con su fuente.")
    return models.Correction.objects.create(**fields)


def change(record=None, *, by=None, links=None, **fields):
    """A proposed change of ``fields`` of a record; by default of a help line."""
    record = record or make.help_line()
    for name, value in (fields or {"scope_es": "Atiende a toda persona."}).items():
        setattr(record, name, value)
    return workflow.propose(record, by=by or make.reviewer(), links=links)


def takedown(record=None, *, by=None, why=""):
    """A help line, or another record, that one person hid as a whole."""
    record = record or make.help_line()
    told = {"cause": "personal", "why": why}
    columns = takedowns.values_when_hidden(record)
    return takedowns.hide_columns(record, columns, **told, by=by or make.reviewer())


def purge(*, by=None, phrases="Fulana de Tal"):
    """A request to blank some words that another person has yet to confirm."""
    return purging.request_purge(phrases, by=by or make.reviewer())


def purged(phrases):
    """A purge of some words that two people carried out."""
    asked = make.purge(phrases=phrases)
    purging.confirm(asked, by=make.reviewer())
    return asked


def period(*, plan=None, **fields):
    """A record period: no window, nobody is asked."""
    number = next(numbers)
    fields.setdefault("code", f"period-{number}")
    fields.setdefault("name_es", f"Período {number}")
    fields.setdefault("name_en", f"Period {number}")
    fields.setdefault("mode", models.ReportingPeriod.Mode.RECORD)
    fields.setdefault("starts_on", date(2025, 1, 1))
    fields.setdefault("ends_on", date(2025, 12, 31))
    return models.ReportingPeriod.objects.create(plan=plan or make.plan(), **fields)


def round(*, plan=None, **fields):
    """A round that is open today and closes in a month."""
    today = timezone.localdate()
    fields.setdefault("mode", models.ReportingPeriod.Mode.ROUND)
    fields.setdefault("opens_on", today - timedelta(days=10))
    fields.setdefault("due_on", today + timedelta(days=20))
    fields.setdefault("closes_on", today + timedelta(days=30))
    return make.period(plan=plan, **fields)


def open_rounds(plan):
    """Two rounds that take reports, the earlier one for two days more."""
    today = timezone.localdate()
    before = make.round(
        plan=plan,
        starts_on=today - timedelta(days=180),
        ends_on=today - timedelta(days=90),
        opens_on=today - timedelta(days=89),
        due_on=today - timedelta(days=60),
        closes_on=today + timedelta(days=2),
    )
    now = {"starts_on": before.ends_on + timedelta(days=1)}
    return before, make.round(plan=plan, ends_on=today - timedelta(days=11), **now)


def reopening(period, agency, **fields):
    """Let a round take reports of one agency again, for five days unless said."""
    fields.setdefault("until", timezone.localdate() + timedelta(days=5))
    fields.setdefault("reason", "Cambio de personal.")
    fields.setdefault("by", make.reviewer())
    return models.RoundReopening.objects.create(period=period, agency=agency, **fields)


def agency_comment(agency, period, by, **fields):
    """Not stored: two people decide on it."""
    fields = {"text_es": "Nos mudamos.", "signed_as": "titular", **fields}
    fields |= {"written_by": by, "written_at": timezone.now()}
    return models.AgencyComment(agency=agency, period=period, **fields)


def told_rounds(*, plan=None):
    """Two rounds that closed, each with its edition, the earlier one first."""
    plan, yesterday = plan or make.plan(), timezone.localdate() - timedelta(days=1)
    days = {"due_on": yesterday, "closes_on": yesterday}
    rounds = []
    for ends in (date(2025, 6, 30), date(2025, 12, 31)):
        span = {"starts_on": ends - timedelta(days=99), "ends_on": ends}
        rounds.append(make.round(plan=plan, **span, **days))
        editions.make_edition(plan, period=rounds[-1])
    return rounds


def secretariat_texts(*, rounds=None, **fields):
    """What two people put before and after the report of two rounds."""
    since, period = rounds or make.told_rounds()
    fields.setdefault("introduction_es", "Fue el año de las oficinas nuevas.")
    fields.setdefault("conclusions_es", "Conviene abrir dos más.")
    texts = models.SecretariatTexts(period=period, since=since, **fields)
    workflow.approve(workflow.propose(texts, by=make.reviewer()), by=make.reviewer())
    return models.SecretariatTexts.objects.get(period=period, since=since)


def update(*, activity=None, period=None, by=None, **fields):
    """A draft of the activity's own agency, in an open round of the same plan."""
    activity = activity or make.activity()
    fields.setdefault("execution", "in_progress")
    fields.setdefault("percent", None if activity.is_continuing else 40)
    fields.setdefault("narrative_es", "Se hizo una parte del trabajo.")
    update = models.ActivityUpdate(
        activity=activity, period=period or make.round(plan=activity.plan), **fields
    )
    return workflow.create_draft(
        update, by=by or make.focal_point(agency=activity.agency)
    )


def off_plan_update(*, commitment=None, period=None, by=None, **fields):
    """A draft of work outside the plan, by the commitment's lead by default."""
    commitment = commitment or make.commitment()
    agency = fields.pop("agency", commitment.lead)
    activity = models.Activity(
        commitment=commitment,
        agency=agency,
        title_es=fields.pop("title_es", f"Jornada {next(numbers)}"),
        reaches_victims=fields.pop("reaches_victims", False),
    )
    fields.setdefault("execution", "completed")
    fields.setdefault("percent", 100)
    fields.setdefault("narrative_es", "Se hizo y no estaba en el plan.")
    update = models.ActivityUpdate(
        period=period or make.round(plan=commitment.plan), **fields
    )
    by = by or make.focal_point(agency=agency)
    return workflow.report_off_plan(activity, update, by=by)


def proposal(*, commitment=None, agency=None, by=None, **fields):
    """A proposed activity that waits for a decision."""
    commitment = commitment or make.commitment()
    agency = agency or commitment.lead
    fields.setdefault("title", f"Actividad propuesta {next(numbers)}")
    fields.setdefault("why", "Hace falta para cumplir el compromiso.")
    proposal = models.ActivityProposal(
        plan=commitment.plan, commitment=commitment, agency=agency, **fields
    )
    by = by or make.focal_point(agency=agency)
    return workflow.propose_activity(proposal, by=by)


def reported_value(*, indicator=None, by=None, **fields):
    """A value that waits for review."""
    agency = indicator.agency if indicator else make.agency()
    indicator = indicator or make.indicator(agency=agency)
    reported = ReportedValue(
        **{
            "indicator": indicator,
            "agency": agency,
            "starts_on": date(2025, 1, 1),
            "ends_on": date(2025, 12, 31),
            "value": 40,
            **fields,
        }
    )
    return submit_value(reported, by=by or make.focal_point(agency=agency))


def submitted_update(*, by=None, **fields):
    update = make.update(by=by, **fields)
    workflow.submit(update, by=by or update.contributors.get())
    return update


def publish(record, *, reviewer=None, **how):
    """Let its author submit a record, and a reviewer publish it."""
    workflow.submit(record, by=record.contributors.first())
    workflow.publish(record, by=reviewer or make.reviewer(), **how)
    return record


def returned_update(*, reason="Falta la fecha.", **fields):
    update = make.submitted_update(**fields)
    workflow.return_to_agency(update, by=make.reviewer(), reason=reason)
    return update


def published_update(*, reviewer=None, **fields):
    return make.publish(make.update(**fields), reviewer=reviewer)


def withdrawn_update(**fields):
    update = make.published_update(**fields)
    workflow.withdraw(update, by=make.reviewer(), cause="error")
    return update


def earlier_report(activity, *, by=None, starts_on="2024-01-01", **fields):
    """A report that the agency itself published, in a round that is over."""
    period = make.round(
        plan=activity.plan,
        starts_on=starts_on,
        ends_on=f"{starts_on[:4]}-12-31",
        name_es=fields.pop("name_es", "Antes"),
    )
    update = make.published_update(activity=activity, period=period, by=by, **fields)
    year = int(starts_on[:4]) + 1
    window = (date(year, 1, 1), date(year, 1, 31), date(year, 2, 10))
    names = ("opens_on", "due_on", "closes_on")
    window = dict(zip(names, window, strict=True))
    models.ReportingPeriod.objects.filter(pk=period.pk).update(**window)
    return models.ActivityUpdate.objects.get(pk=update.pk)


def correction(update, **fields):
    """A draft revision of a published update that says something new."""
    author = update.contributors.first()
    revision = workflow.begin_correction(update, by=author)
    for name, value in {"percent": 41, **fields}.items():
        setattr(revision, name, value)
    return workflow.save_draft(revision, by=author, seen_version=revision.version)


def record_update(*, activity=None, period=None, sources=None, **fields):
    """A matter of public record, as an import brings it in."""
    activity = activity or make.activity()
    fields.setdefault("execution", "in_progress")
    fields.setdefault("narrative_es", "Una fuente pública lo recoge.")
    fields.setdefault("provenance", models.Provenance.PRESS)
    update = models.ActivityUpdate(
        activity=activity, period=period or make.period(plan=activity.plan), **fields
    )
    return workflow.publish_public_record(
        update, sources=sources or [make.source(plan=activity.plan)]
    )


def declaration(*, commitment=None, period=None, by=None, **fields):
    """A draft declaration of the commitment's lead agency."""
    commitment = commitment or make.commitment()
    fields.setdefault("result", "fulfilled")
    fields.setdefault("statement_es", "El resultado esperado se alcanzó.")
    update = models.CommitmentUpdate(
        commitment=commitment,
        period=period or make.round(plan=commitment.plan),
        **fields,
    )
    return workflow.create_draft(
        update, by=by or make.focal_point(agency=commitment.lead)
    )


def submitted_declaration(**fields):
    update = make.declaration(**fields)
    workflow.submit(update, by=update.contributors.get())
    return update


def published_declaration(*, reviewer=None, **fields):
    return make.publish(make.declaration(**fields), reviewer=reviewer)


def evidence(update=None, **fields):
    """A link, or with ``archive_office`` an archived record, attached to a draft."""
    update = update or make.update()
    link = "activity_update" if hasattr(update, "activity") else "commitment_update"
    fields.setdefault("title_es", "Acta")
    fields.setdefault("kind", "archive" if "archive_office" in fields else "link")
    if fields["kind"] == "link":
        fields.setdefault("url", "https://example.org/")
    return models.Evidence.objects.create(**{link: update}, **fields)


def file_evidence(update=None, *, name="Acta.pdf", content=None, **fields):
    """A file attached to a draft, stored as the form stores it."""
    update = update or make.update()
    link = "activity_update" if hasattr(update, "activity") else "commitment_update"
    item = models.Evidence(**{link: update, "title_es": "Acta", **fields})
    upload = SimpleUploadedFile(name, content or make_pdf())
    attach_file(item, clean_evidence(upload))
    item.save()
    return item


def letter(*, agency=None, period=None, by=None, **fields):
    """A letter of the agency for a round, with its file."""
    today = timezone.localdate()
    fields.setdefault("reference", f"DG-{next(numbers)}")
    fields.setdefault("dated_on", today - timedelta(days=3))
    fields.setdefault("received_on", today - timedelta(days=1))
    letter = models.Letter(
        agency=agency or make.agency(),
        period=period or make.round(),
        recorded_by=by or make.reviewer(),
        **fields,
    )
    upload = SimpleUploadedFile("Oficio.pdf", make_pdf())
    write_file(letter, clean_evidence(upload))
    letter.save()
    return letter


def transcribed_update(*, activity=None, letter=None, by=None, **fields):
    """A draft that the secretariat wrote from a letter of the activity's agency."""
    activity = activity or make.activity()
    by = by or make.reviewer()
    letter = letter or make.letter(
        agency=activity.agency, period=make.round(plan=activity.plan), by=by
    )
    fields.setdefault("execution", "in_progress")
    fields.setdefault("percent", 40)
    fields.setdefault("narrative_es", "Se hizo lo que dice el oficio.")
    update = models.ActivityUpdate(activity=activity, period=letter.period, **fields)
    return workflow.transcribe(update, letter, by=by)


def transcribed_declaration(*, commitment=None, letter=None, by=None, **fields):
    """A draft declaration that the secretariat wrote from a letter of the lead."""
    commitment = commitment or make.commitment()
    by = by or make.reviewer()
    letter = letter or make.letter(
        agency=commitment.lead, period=make.round(plan=commitment.plan), by=by
    )
    fields.setdefault("result", "fulfilled")
    fields.setdefault("statement_es", "El oficio dice que el resultado se alcanzó.")
    update = models.CommitmentUpdate(
        commitment=commitment, period=letter.period, **fields
    )
    return workflow.transcribe(update, letter, by=by)

"""
Reports and declarations store the agency that made them.

What was handed in keeps the agency that sent it, as its letter or its receipt names it;
all else takes the agency that answers for the activity or commitment today.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery

#: Model → the field of its subject, the model of that, and the agency's field there.
SUBJECTS = {
    "ActivityUpdate": ("activity", "Activity", "agency_id"),
    "CommitmentUpdate": ("commitment", "Commitment", "lead_id"),
}
#: Model → the list of a receipt that names its revisions, and their key there.
RECEIPTS = {
    "ActivityUpdate": ("reports", "update"),
    "CommitmentUpdate": ("declarations", "declaration"),
}
#: The statuses of a revision that is still worked on.
OPEN = ("draft", "submitted", "returned")


def fill(apps, schema_editor):
    database = schema_editor.connection.alias

    def rows(name):
        return apps.get_model("strategic_areas", name).objects.using(database)

    for name, (link, subject, answers) in SUBJECTS.items():
        of_subject = rows(subject).filter(pk=OuterRef(f"{link}_id")).order_by()
        of_letter = rows("Letter").filter(pk=OuterRef("letter_id")).order_by()
        own = rows(name).order_by()
        own.update(agency_id=Subquery(of_subject.values(answers)[:1]))
        own.filter(letter__isnull=False).update(
            agency_id=Subquery(of_letter.values("agency_id")[:1])
        )
        part, key = RECEIPTS[name]
        for receipt in rows("Submission").order_by("at").iterator(chunk_size=100):
            sent = [each[key] for each in receipt.content.get(part, []) if key in each]
            own.filter(pk__in=sent).update(agency_id=receipt.agency_id)
        of_revision = own.filter(pk=OuterRef("id"))
        rows(f"Historical{name}").order_by().update(
            agency_id=Subquery(of_revision.values("agency_id")[:1])
        )
    if schema_editor.connection.vendor == "postgresql":
        # A table whose foreign keys are still to be checked cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def to_agency(**options):
    return models.ForeignKey(
        editable=False,
        related_name="+",
        to="agencies.agency",
        verbose_name="agency",
        **options,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("agencies", "0003_factor_resets_as_decisions"),
        ("strategic_areas", "0008_victims_of_activities"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=name.lower(),
                name="agency",
                field=to_agency(null=True, on_delete=django.db.models.deletion.PROTECT),
            )
            for name in SUBJECTS
        ),
        *(
            migrations.AddField(
                model_name=f"historical{name.lower()}",
                name="agency",
                field=to_agency(
                    blank=True,
                    null=True,
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                ),
            )
            for name in SUBJECTS
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        *(
            migrations.AlterField(
                model_name=name.lower(),
                name="agency",
                field=to_agency(on_delete=django.db.models.deletion.PROTECT),
            )
            for name in SUBJECTS
        ),
        *(
            operation
            for name, (link, _subject, _answers) in SUBJECTS.items()
            for operation in (
                migrations.RemoveConstraint(
                    model_name=name.lower(),
                    name=f"{name.lower()}_one_open_revision",
                ),
                migrations.AddConstraint(
                    model_name=name.lower(),
                    constraint=models.UniqueConstraint(
                        name=f"{name.lower()}_one_open_revision",
                        fields=(link, "period", "agency"),
                        condition=Q(status__in=OPEN),
                        violation_error_message=(
                            "Somebody already works on a report of this for the period."
                        ),
                    ),
                ),
            )
        ),
    ]

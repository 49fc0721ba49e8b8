"""
The portal's glossary. Terms of one plan's texts are records: ``models.Term``.

It begins with the difference between trafficking in persons and smuggling of migrants.
Sources, reworded: Law 137-03, art. 3; the Palermo Protocols, art. 3 of each; OECD/DAC,
Glossary of Key Terms in Evaluation and Results-Based Management.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class GlossaryEntry:
    """``anchor`` is the URL fragment, which never changes."""

    anchor: str
    word: str
    meaning: str


TERMS = [
    GlossaryEntry(
        "trata",
        _("Trafficking in persons"),
        _(
            "Recruiting, moving, housing or receiving somebody in order to exploit "
            "them: sexually, by forced work, servitude or in other ways. It needs no "
            "border: it happens within one country, and within one town. It is a crime "
            "against the person. Whoever suffers it is a victim, whatever they agreed "
            "to; for girls, boys and adolescents no deceit or force has to be proven."
        ),
    ),
    GlossaryEntry(
        "trafico",
        _("Smuggling of migrants"),
        _(
            "Helping somebody for gain to enter a country without the required papers. "
            "It always crosses a border, and it is a crime against the State. The "
            "person who is smuggled agreed to travel, and may become a victim of "
            "trafficking on the way or on arrival."
        ),
    ),
    GlossaryEntry(
        "victima",
        _("Victim of trafficking"),
        _(
            "A person who was or is being exploited by trafficking, whether or not a "
            "court has said so. This portal holds no record of any."
        ),
    ),
    GlossaryEntry(
        "plan",
        _("Plan"),
        _(
            "The National Plan of Action: what the State has undertaken for a period. "
            "One follows another, at times with a gap between them."
        ),
    ),
    GlossaryEntry(
        "eje",
        _("Strategic area"),
        _(
            "The first division of a plan, such as prevention or support for victims. "
            "Each states the outcome that it seeks."
        ),
    ),
    GlossaryEntry("programa", _("Programme"), _("A branch of a strategic area.")),
    GlossaryEntry(
        "compromiso",
        _("Commitment"),
        _(
            "What one lead agency, with others that support it, has undertaken "
            "under a programme, by when and to what result."
        ),
    ),
    GlossaryEntry(
        "accion-documentada",
        _("Documented action"),
        _(
            "What stands in the place of a commitment while a plan's official matrix "
            "was not found: work that public sources record, grouped by us. Its code "
            "is ours too: nobody should take it for the plan's own."
        ),
    ),
    GlossaryEntry(
        "actividad",
        _("Activity"),
        _(
            "A piece of work of one agency toward a commitment. It is done once, "
            "or it continues; what continues tells its state and a quantity, never a "
            "percent."
        ),
    ),
    GlossaryEntry(
        "reporte",
        _("Update"),
        _(
            "One agency's report on one activity over one period. It is public "
            "once a second person, of the secretariat, has reviewed it."
        ),
    ),
    GlossaryEntry(
        "ejecucion",
        _("Execution"),
        _(
            "How far work has come, as its agency reports it: not started, in "
            "progress, completed, suspended or cancelled."
        ),
    ),
    GlossaryEntry(
        "puntualidad",
        _("Punctuality"),
        _(
            "Whether work keeps its date: on time, at risk of delay or late; what "
            "is over may have finished late, and what nobody has reported on is not "
            "yet due. The portal computes it, and only from a due date that somebody "
            "has stated."
        ),
    ),
    GlossaryEntry(
        "indicador",
        _("Indicator"),
        _("What is measured to know whether things improve. It outlives plans."),
    ),
    GlossaryEntry(
        "meta",
        _("Target"),
        _("The value that a plan wants an indicator to reach by a date."),
    ),
    GlossaryEntry(
        "linea-base",
        _("Baseline"),
        _("The value before the plan, with its date, against which change is read."),
    ),
    GlossaryEntry(
        "medio-de-verificacion",
        _("Means of verification"),
        _("Where anyone can check that a result was reached."),
    ),
    GlossaryEntry(
        "evidencia",
        _("Evidence"),
        _(
            "What shows what an update says: a file, a link, or the place in an "
            "agency's archive. It stays internal unless a reviewer clears it."
        ),
    ),
    GlossaryEntry(
        "modificacion",
        _("Amendment"),
        _(
            "A change to an approved plan, with its reason and the act that decided "
            "it. What stood before stays on record."
        ),
    ),
    GlossaryEntry(
        "procedencia",
        _("Where this comes from"),
        _(
            "Whether a record is the plan's own, an agency's report, a "
            "transcribed letter, or was taken from documents or the press."
        ),
    ),
    GlossaryEntry(
        "protegido",
        _("Protected"),
        _(
            "A number that is not shown because, alone or together with others, it "
            "could point at a person. It is neither zero nor missing."
        ),
    ),
    GlossaryEntry(
        "reservado",
        _("Reserved"),
        _(
            "Reported, with its content withheld by a law that is named. It counts as "
            "reported."
        ),
    ),
]

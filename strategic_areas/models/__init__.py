"""
``measurements`` and ``drafts`` are not re-exported: raw values and drafts need an
explicit import.
"""

from strategic_areas.models.activities import Activity, Commitment, DueProvenance
from strategic_areas.models.agency_statements import AgencyComment, RecordDispute
from strategic_areas.models.changes import (
    ActivityProposal,
    Amendment,
    PendingChange,
    PlanChange,
    RecordChange,
)
from strategic_areas.models.context import (
    CodeList,
    CodeListValue,
    HelpLine,
    LaterActivity,
    TipTier,
)
from strategic_areas.models.corrections import Correction, Discrepancy
from strategic_areas.models.evidence import Evidence, Transition, Translation
from strategic_areas.models.figures import PublishedCell, PublishedFigure, ReportedSpan
from strategic_areas.models.indicators import Indicator, Target
from strategic_areas.models.letters import Letter, Submission
from strategic_areas.models.periods import ReportingPeriod, RoundReopening
from strategic_areas.models.plan import (
    Participation,
    Plan,
    PlanFile,
    Programme,
    StrategicArea,
)
from strategic_areas.models.publication import (
    Edition,
    EditionProposal,
    EditionRows,
    ImportedRecord,
    PublicationVersion,
    SecretariatTexts,
)
from strategic_areas.models.records import Provenance, Source
from strategic_areas.models.references import (
    FrameworkTarget,
    LegalInstrument,
    Province,
    Region,
    TargetLink,
    Term,
)
from strategic_areas.models.report_fields import AnswerKind
from strategic_areas.models.review import (
    OPEN_STATUSES,
    PUBLIC_STATUSES,
    RevisionStatus,
    WithdrawalCause,
)
from strategic_areas.models.takedowns import Purge, PurgedText, Takedown
from strategic_areas.models.updates import (
    UPDATE_MODELS,
    ActivityUpdate,
    CommitmentUpdate,
    DeclaredResult,
    ExecutionState,
)

#: The records that a plan's list of changes shows.
OF_PLAN = (
    *(Plan, Participation, Indicator, Discrepancy, LaterActivity, Source, TipTier),
    *(StrategicArea, Programme, Commitment, Activity, Target, Term, ReportingPeriod),
    TargetLink,
)

__all__ = [
    "OF_PLAN",
    "OPEN_STATUSES",
    "UPDATE_MODELS",
    "PUBLIC_STATUSES",
    "Activity",
    "ActivityProposal",
    "ActivityUpdate",
    "AgencyComment",
    "Amendment",
    "AnswerKind",
    "RecordDispute",
    "WithdrawalCause",
    "CodeList",
    "CodeListValue",
    "Commitment",
    "CommitmentUpdate",
    "Correction",
    "Discrepancy",
    "DueProvenance",
    "Edition",
    "EditionProposal",
    "EditionRows",
    "Evidence",
    "ExecutionState",
    "FrameworkTarget",
    "HelpLine",
    "ImportedRecord",
    "Indicator",
    "LaterActivity",
    "LegalInstrument",
    "Letter",
    "Participation",
    "PendingChange",
    "Plan",
    "PlanChange",
    "PlanFile",
    "Programme",
    "Provenance",
    "Province",
    "PublicationVersion",
    "PublishedCell",
    "PublishedFigure",
    "Purge",
    "PurgedText",
    "Region",
    "RecordChange",
    "SecretariatTexts",
    "ReportedSpan",
    "ReportingPeriod",
    "DeclaredResult",
    "RoundReopening",
    "Source",
    "RevisionStatus",
    "StrategicArea",
    "Submission",
    "Takedown",
    "Target",
    "TargetLink",
    "Term",
    "TipTier",
    "Transition",
    "Translation",
]

"""The plan of another commission, and what the settings of its portal say."""

from pathlib import Path

FILE = Path(__file__).parent / "plan.yaml"
#: What the settings of its portal say.
SETTINGS = {
    "SECRETARIAT_NAME": "Comité Técnico del CONEX",
    "EMERGENCY_NUMBER": "1-1-2",
    "CONTACT_EMAIL": "unidad@example.org",
    "CORRECTIONS_EMAIL": "errores@example.org",
}
#: What to sign in as, and what one finds there.
PEOPLE = {
    "sedeh": "focal point of SEDEH: one activity to report",
    "fisnal": "focal point of FISNAL: its report is published",
    "intraval": "focal point of INTRAVAL: its report waits to be reviewed",
    "revision": "reviewer",
    "revision-2": "another reviewer, for what takes two",
    "administracion": "administrator of agencies and accounts",
}

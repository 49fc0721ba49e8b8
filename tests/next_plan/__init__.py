"""The plan of another country's commission, and the settings of its portal."""

from pathlib import Path

from plan_portal import country

FILE = Path(__file__).parent / "plan.yaml"
COUNTRY = country.load_country(Path(__file__).parent / "country.toml")
#: What the environment says, and what comes of it.
SETTINGS = {
    "COUNTRY_FILE": "tests/next_plan/country.toml",
    "SECRETARIAT_NAME": "Comité Técnico del CONEX",
    "EMERGENCY_NUMBER": "1-1-2",
    "CONTACT_EMAIL": "unidad@example.org",
    "CORRECTIONS_EMAIL": "errores@example.org",
}
READ = {**SETTINGS, "COUNTRY": COUNTRY, "TIME_ZONE": COUNTRY.time_zone}
#: What to sign in as, and what one finds there.
PEOPLE = {
    "sedeh": "focal point of SEDEH: one activity to report",
    "fisnal": "focal point of FISNAL: its report is published",
    "intraval": "focal point of INTRAVAL: its report waits to be reviewed",
    "revision": "reviewer",
    "revision-2": "another reviewer, for what takes two",
    "administracion": "administrator of agencies and accounts",
}

"""Each test reads the settings in a child process of its own, as a server does."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "k9-2vQ_xW8-mZr4Lt7pN1sBd6hFc3jGyUe5oAiTqRwEzXbVn0-Kd3Rm",
    "SITE_URL": "https://plan.mirex.gob.do",
    "MFA_ENCRYPTION_KEYS": "jHVMzpLxmD-9y4Yb8XWJYvN0VvPyUoZ3W3Cw9XbT2sE=",
}
LOCAL = {
    "SECRET_KEY": PRODUCTION["SECRET_KEY"],
    "SITE_URL": "http://localhost:8001",
    "INSECURE_HTTP": "true",
}


SURROUNDINGS = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1"}


def run_python(*arguments, **variables):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=SURROUNDINGS | variables,
        capture_output=True,
        text=True,
        check=False,
    )


#: Reads environments and expressions, a line each, and answers each from a child of its
#: own. What is not ours is imported once, before there is any child.
EVALUATING = """
import json, os, sys

from plan_portal import settings

for name in [name for name in sys.modules if name.startswith("plan_portal")]:
    del sys.modules[name]
del settings


def words(*values):
    return " ".join(map(str, values))


for line in sys.stdin:
    variables, expression = json.loads(line)
    if child := os.fork():
        os.waitpid(child, 0)
        continue
    os.environ.clear()
    os.environ.update(variables)
    try:
        from plan_portal import settings

        said = "value", eval(f"words({expression})")
    except BaseException as error:
        said = "refusal", str(error)
    print(json.dumps(said), flush=True)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def ask():
    """What an expression says in a process with these variables, or why it refused."""
    with subprocess.Popen(
        [sys.executable, "-c", EVALUATING],
        cwd=ROOT,
        env=SURROUNDINGS | PRODUCTION,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def ask_one(variables, expression):
            process.stdin.write(
                json.dumps([SURROUNDINGS | variables, expression]) + "\n"
            )
            process.stdin.flush()
            return tuple(json.loads(process.stdout.readline()))

        yield ask_one


@pytest.fixture
def value_of(ask):
    def value(expression, variables):
        kind, said = ask(variables, expression)
        assert kind == "value", said
        return said

    return value


@pytest.fixture
def refusal(ask):
    """What a process says that refuses to start."""

    def said_of(variables):
        kind, said = ask(variables, "None")
        assert kind == "refusal"
        return said

    return said_of


def test_tests_are_told_nothing_by_the_surroundings():
    source = (ROOT / "plan_portal" / "settings.py").read_text(encoding="utf-8")
    of_tests = (ROOT / "tests" / "settings.py").read_text(encoding="utf-8")

    read = set(re.findall(r'\benv[\w.]*\(\s*"([A-Z_]+)"', source))

    assert "CLAMD" in read
    assert {name for name in read if f'"{name}"' not in of_tests} == set()


#: Variables, and indented below them why each is refused.
REFUSED = """
SECRET_KEY=
SITE_URL=
MFA_ENCRYPTION_KEYS=
    {name} is not set (see 'Configuration' in README.md)
DEBUG=yes
DEBUG=1
INSECURE_HTTP=True
BEHIND_TLS_PROXY=yes
    {name} must be true or false, not {value!r} (see 'Configuration' in README.md)
INSECURE_HTTP=true
    INSECURE_HTTP is accepted on localhost only, and SITE_URL is {SITE_URL}
SITE_URL=http://plan.mirex.gob.do
    SITE_URL must begin with https:// unless INSECURE_HTTP is true: {value}
SITE_URL=plan.mirex.gob.do
SITE_URL=https://mirex.gob.do/plan
SITE_URL=https://user:word@plan.mirex.gob.do
SITE_URL=https://plan.mirex.gob.do?x=1
SITE_URL=https://plan.mirex.gob.do#x
SITE_URL=https://plan mirex.gob.do
SITE_URL=https://*
SITE_URL=https://.gob.do
    SITE_URL must be like https://plan.example.gob.do, not {value!r}
SITE_URL=https://plan.mirex.gob.do:99999
    SITE_URL has a port that cannot be: {value!r}
ENV_FILE=no/such.env
    ENV_FILE names no/such.env, which is no file
DATABASE_URL=mysql://here/portal
DATABASE_URL=foo
    DATABASE_URL must begin with postgres://
DATABASE_URL=postgres://portal:secret@db
    DATABASE_URL must name a database: postgres://user:password@host/name
EMAIL_URL=smtp://
    EMAIL_URL must name a host: smtp+tls://mail.gob.do
EMAIL_URL=mail.do
EMAIL_URL=memorymail://
EMAIL_URL=https://mail.do
    EMAIL_URL must begin with smtp+tls://, smtp+ssl:// or smtp://
DATABASE_URL=postgres://portal:secret@db:abc/portal
EMAIL_URL=smtp://mail.do:abc
CLAMD=tcp://127.0.0.1:abc
    {name} has a port that cannot be
BACKUP_FOLDER=/no/such/folder
VAR_DIR=/etc/passwd
    {name} names {value}, which is no folder
BACKUP_RECIPIENT=--output=/etc/x
    BACKUP_RECIPIENT must be a key of age or SSH, or a name that GnuPG knows
INVITATION_DOMAINS=*
INVITATION_DOMAINS=@mirex.gob.do
INVITATION_DOMAINS=a b.do
INVITATION_DOMAINS=mirex
    INVITATION_DOMAINS must hold domains such as example.gob.do, not {value!r}
SECURITY_CONTACT=Ana
SECURITY_CONTACT=mailto:nomail
SECURITY_CONTACT=https://
SECURITY_CONTACT=javascript:alert(1)
SECURITY_CONTACT=aviso@example.gob.do:25
    SECURITY_CONTACT must be a mail address or an https:// one: {value!r}
ALLOWED_HOSTS=*
    ALLOWED_HOSTS must hold host names such as plan.example.gob.do, not '*'
CONTACT_EMAIL=nomail
CORRECTIONS_EMAIL=nomail
DEFAULT_FROM_EMAIL=nomail
    {name} must be a mail address such as plan@example.gob.do, not 'nomail'
LICENCE_URL=javascript:alert(1)
    LICENCE_URL must begin with https:// or http:// and a host, not {value!r}
EMERGENCY_NUMBER=1
EMERGENCY_NUMBER=911 o 112
EMERGENCY_NUMBER=9--1
    EMERGENCY_NUMBER must be digits such as 9-1-1 or 112, not {value!r}
TRUSTED_PROXY_COUNT=0
TRUSTED_PROXY_COUNT=-1
TRUSTED_PROXY_COUNT=two
TRUSTED_PROXY_COUNT=1.5
    TRUSTED_PROXY_COUNT must be a whole number from 1 on, not {value!r}
PAGE_CACHE_MB=-5
    PAGE_CACHE_MB must be a whole number from 0 on, not '-5'
CLAMD=http://127.0.0.1:3310
    CLAMD must be unix:///path/of/the/socket or tcp://host:port
MFA_ENCRYPTION_KEYS=short
    MFA_ENCRYPTION_KEYS must hold keys of 32 bytes in URL-safe base64, separated by \
commas (see 'Configuration' in README.md)
CLIENT_ADDRESS_HEADER=X-Forwarded-For
    CLIENT_ADDRESS_HEADER must be a name of letters alone, not {value!r}
REDIS_URL=https://cache
    REDIS_URL must begin with redis:// or rediss://
FILE_STORE_URL=https://key:secret@s3.example.org/bucket
FILE_STORE_URL=s3://s3.example.org/bucket
FILE_STORE_URL=s3://key:se/cret@s3.example.org/bucket
FILE_STORE_URL=s3+http://key:secret@s3.example.org/bucket
FILE_STORE_URL=file://folder
    FILE_STORE_URL must be like s3://key:secret@s3.example.org/bucket, \
with %2F for a / and %2B for a + of the secret, or file:///folder
"""


def refusals():
    """Each variable of the table with its value and the refusal."""
    for block in re.findall(r"((?:\S.*\n)+)    (.*)\n", REFUSED):
        for line in block[0].splitlines():
            name, _, value = line.partition("=")
            yield name, value, block[1].format(name=name, value=value, **PRODUCTION)


@pytest.mark.parametrize(("name", "value", "expected"), [*refusals()])
def test_a_dangerous_or_malformed_setting_is_refused(refusal, name, value, expected):
    assert refusal(PRODUCTION | {name: value}) == expected


@pytest.mark.parametrize("name", [*PRODUCTION])
def test_a_missing_variable_names_itself(refusal, name):
    variables = {key: PRODUCTION[key] for key in PRODUCTION if key != name}

    assert refusal(variables).startswith(f"{name} is not set (see ")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("settings.DEBUG", "False"),
        ("settings.ALLOWED_HOSTS", "['plan.mirex.gob.do']"),
        ("settings.CSRF_TRUSTED_ORIGINS", "['https://plan.mirex.gob.do']"),
        ("settings.SESSION_COOKIE_NAME", "__Host-sesion"),
        ("settings.CSRF_COOKIE_NAME", "__Host-csrf"),
        ("settings.LANGUAGE_COOKIE_NAME", "__Host-idioma"),
        ("settings.SESSION_COOKIE_SECURE", "True"),
        ("settings.CSRF_COOKIE_SECURE", "True"),
        ("settings.SECURE_SSL_REDIRECT", "True"),
        ("settings.SECURE_HSTS_SECONDS", "31536000"),
        ("settings.SECURE_HSTS_INCLUDE_SUBDOMAINS", "True"),
        ("hasattr(settings, 'SECURE_PROXY_SSL_HEADER')", "False"),
        ("settings.SILENCED_SYSTEM_CHECKS", "['security.W021']"),
        ("settings.OFFICIAL_SITE", "True"),
        ("settings.ALLOW_INDEXING", "True"),
        ("settings.EMBEDDED_DATABASE", "True"),
        ("settings.REQUIRE_SECOND_FACTOR", "True"),
        ("settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", "False"),
        ("settings.CLIENT_ADDRESS_HEADER", ""),
        ("settings.CACHES['default']['BACKEND'].rpartition('.')[2]", "DatabaseCache"),
        ("settings.PASSWORD_HASHERS[0].rpartition('.')[2]", "LeanArgon2Hasher"),
    ],
)
def test_production_is_the_default(value_of, expression, expected):
    assert value_of(expression, PRODUCTION) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("settings.ALLOWED_HOSTS", "['localhost', '127.0.0.1']"),
        (
            "settings.CSRF_TRUSTED_ORIGINS",
            "['http://localhost:8001', 'http://127.0.0.1:8001']",
        ),
        ("settings.SESSION_COOKIE_NAME", "sesion"),
        ("settings.SESSION_COOKIE_SECURE", "False"),
        ("settings.SECURE_SSL_REDIRECT", "False"),
        ("settings.SECURE_HSTS_SECONDS", "0"),
        ("settings.OFFICIAL_SITE", "False"),
        ("settings.ALLOW_INDEXING", "False"),
        ("settings.REQUIRE_SECOND_FACTOR", "False"),
        ("len(settings.MFA_ENCRYPTION_KEYS)", "1"),
    ],
)
def test_a_local_run_does_without_secure_transport(value_of, expression, expected):
    assert value_of(expression, LOCAL) == expected


#: What variables make of settings.
MADE = [
    ("BEHIND_TLS_PROXY=true", "SECURE_PROXY_SSL_HEADER[0]", "HTTP_X_FORWARDED_PROTO"),
    ("BEHIND_TLS_PROXY=true", "SECURE_PROXY_SSL_HEADER[1]", "https"),
    ("CLIENT_ADDRESS_HEADER=Visitor", "CLIENT_ADDRESS_HEADER", "HTTP_VISITOR"),
    ("CLIENT_ADDRESS_HEADER=Visitor", "TRUSTED_PROXY_COUNT", "1"),
    ("TRUSTED_PROXY_COUNT=2", "TRUSTED_PROXY_COUNT", "2"),
    ("SITE_URL=https://plan.mirex.gob.do/", "SITE_URL", "https://plan.mirex.gob.do"),
    ("CLAMD=", "CLAMD", "None"),
    ("CLAMD=unix:///run/clamav/clamd.ctl", "CLAMD", "/run/clamav/clamd.ctl"),
    ("CLAMD=tcp://[::1]:3310", "CLAMD", "('::1', 3310)"),
    ("CLAMD=tcp://scanner:3310", "CLAMD", "('scanner', 3310)"),
    ("DATABASE_URL=postgres://a@db/plan", "EMBEDDED_DATABASE", "False"),
    ("DATABASE_URL=postgres://a@db/plan", "DATABASES['default']['NAME']", "plan"),
    ("DATABASE_URL=postgres://a@db/plan", "DATABASES['default']['CONN_MAX_AGE']", "0"),
    ("VAR_DIR=/srv/var", "EMAIL_BACKEND", "agencies.mail.FileBackend"),
    ("VAR_DIR=/srv/var", "EMAIL_FILE_PATH", "/srv/var/mail"),
    ("VAR_DIR=", "DEFAULT_FROM_EMAIL", "no-responder@plan.mirex.gob.do"),
    ("EMAIL_URL=smtp+tls://u:p@mail.do:587", "EMAIL_HOST", "mail.do"),
    ("EMAIL_URL=smtp+tls://u:p@mail.do:587", "EMAIL_PORT", "587"),
    ("EMAIL_URL=smtp+tls://u:p@mail.do:587", "EMAIL_USE_TLS", "True"),
    ("CONTACT_EMAIL=", "SECURITY_CONTACT", ""),
    ("CONTACT_EMAIL=a@b.do", "SECURITY_CONTACT", "mailto:a@b.do"),
    ("SECURITY_CONTACT=https://b.do/aviso", "SECURITY_CONTACT", "https://b.do/aviso"),
]


@pytest.mark.parametrize(("variable", "setting", "expected"), MADE)
def test_a_variable_becomes_a_setting(value_of, variable, setting, expected):
    name, _, value = variable.partition("=")
    variables = PRODUCTION | {"CONTACT_EMAIL": "a@b.do", name: value}

    assert value_of(f"settings.{setting}", variables) == expected


def test_without_a_folder_of_backups_there_is_none(value_of, tmp_path):
    expression = "repr(settings.BACKUP_FOLDER)"

    assert value_of(expression, PRODUCTION) == "None"
    named = PRODUCTION | {"BACKUP_FOLDER": str(tmp_path)}
    assert value_of(expression, named) == f"PosixPath('{tmp_path}')"


def test_the_databases_address_is_no_setting_a_page_could_show(value_of):
    variables = PRODUCTION | {"DATABASE_URL": "postgres://portal:geheim@db/plan"}

    assert value_of("hasattr(settings, 'DATABASE_URL')", variables) == "False"


def test_the_environment_wins_over_the_file(value_of, tmp_path):
    file = tmp_path / "local.env"
    file.write_text("SECRET_KEY=from-the-file\nSECRETARIAT_NAME=From the file\n")
    variables = {
        "ENV_FILE": str(file),
        "SECRET_KEY": "from-the-environment",
        "SITE_URL": "https://plan.example.do",
        "MFA_ENCRYPTION_KEYS": PRODUCTION["MFA_ENCRYPTION_KEYS"],
    }

    found = value_of("settings.SECRET_KEY, settings.SECRETARIAT_NAME", variables)

    assert found == "from-the-environment From the file"


def test_a_password_has_twelve_characters_and_a_slow_hash(value_of):
    hasher = value_of("settings.PASSWORD_HASHERS[0]", PRODUCTION)
    rules = value_of("settings.AUTH_PASSWORD_VALIDATORS", PRODUCTION)

    assert hasher == "agencies.accounts.passwords.LeanArgon2Hasher"
    assert "'min_length': 12" in rules
    assert "CommonPasswordValidator" in rules


@pytest.mark.parametrize("command", [["check"], ["migrate"], ["shell"], []])
def test_a_command_without_settings_says_what_to_do_in_two_lines(command):
    done = run_python("manage.py", *command)

    said = done.stderr.splitlines()
    assert done.returncode == 1
    assert said == [
        "SECRET_KEY is not set (see 'Configuration' in README.md)",
        "On a server run deploy/manage COMMAND, on your own machine "
        'make manage ARGS="…"; both read the settings from a file. Or name that file: '
        "ENV_FILE=… python manage.py COMMAND",
    ]


def test_whoever_asks_for_a_traceback_gets_it():
    done = run_python("manage.py", "check", "--traceback")

    assert "Traceback" in done.stderr

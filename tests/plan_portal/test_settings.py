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


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "MFA_ENCRYPTION_KEYS"])
@pytest.mark.parametrize("left", ["unset", "empty"])
def test_a_missing_variable_names_itself(refusal, name, left):
    variables = {key: PRODUCTION[key] for key in PRODUCTION if key != name}
    if left == "empty":
        variables[name] = ""

    assert refusal(variables) == (
        f"{name} is not set (see 'Configuration' in README.md)"
    )


@pytest.mark.parametrize("name", ["DEBUG", "INSECURE_HTTP", "BEHIND_TLS_PROXY"])
@pytest.mark.parametrize("value", ["yes", "1", "True"])
def test_a_switch_takes_true_and_false_alone(refusal, name, value):
    assert refusal(PRODUCTION | {name: value}) == (
        f"{name} must be true or false, not {value!r} "
        "(see 'Configuration' in README.md)"
    )


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (
            {"INSECURE_HTTP": "true"},
            "INSECURE_HTTP is accepted on localhost only, and SITE_URL is "
            "https://plan.mirex.gob.do",
        ),
        (
            {"SITE_URL": "http://plan.mirex.gob.do"},
            "SITE_URL must begin with https:// unless INSECURE_HTTP is true: "
            "http://plan.mirex.gob.do",
        ),
        (
            {"SITE_URL": "plan.mirex.gob.do"},
            "SITE_URL must be like https://plan.example.gob.do, not "
            "'plan.mirex.gob.do'",
        ),
        (
            {"SITE_URL": "https://mirex.gob.do/plan"},
            "SITE_URL must be like https://plan.example.gob.do, not "
            "'https://mirex.gob.do/plan'",
        ),
        *(
            (
                {"SITE_URL": value},
                f"SITE_URL must be like https://plan.example.gob.do, not {value!r}",
            )
            for value in [
                "https://user:word@plan.mirex.gob.do",
                "https://plan.mirex.gob.do?x=1",
                "https://plan.mirex.gob.do#x",
                "https://plan mirex.gob.do",
                "https://*",
                "https://.gob.do",
            ]
        ),
        ({"ENV_FILE": "no/such.env"}, "ENV_FILE names no/such.env, which is no file"),
        (
            {"DATABASE_URL": "mysql://here/portal"},
            "DATABASE_URL must begin with postgres://",
        ),
        ({"DATABASE_URL": "foo"}, "DATABASE_URL must begin with postgres://"),
        (
            {"DATABASE_URL": "postgres://portal:secret@db:abc/portal"},
            "DATABASE_URL has a port that cannot be",
        ),
        (
            {"DATABASE_URL": "postgres://portal:secret@db"},
            "DATABASE_URL must name a database: postgres://user:password@host/name",
        ),
        (
            {"EMAIL_URL": "smtp://"},
            "EMAIL_URL must name a host: smtp+tls://mail.gob.do",
        ),
        (
            {"EMAIL_URL": "smtp://mail.do:abc"},
            "EMAIL_URL has a port that cannot be",
        ),
        (
            {"SITE_URL": "https://plan.mirex.gob.do:99999"},
            "SITE_URL has a port that cannot be: 'https://plan.mirex.gob.do:99999'",
        ),
        (
            {"BACKUP_FOLDER": "/no/such/folder"},
            "BACKUP_FOLDER names /no/such/folder, which is no folder",
        ),
        (
            {"VAR_DIR": "/etc/passwd"},
            "VAR_DIR names /etc/passwd, which is no folder",
        ),
        (
            {"BACKUP_RECIPIENT": "--output=/etc/x"},
            "BACKUP_RECIPIENT must be a key of age or SSH, or a name that GnuPG knows",
        ),
        *(
            (
                {"INVITATION_DOMAINS": value},
                f"INVITATION_DOMAINS must hold domains such as example.gob.do, "
                f"not {value!r}",
            )
            for value in ["*", "@mirex.gob.do", "a b.do", "mirex"]
        ),
        *(
            (
                {"SECURITY_CONTACT": value},
                "SECURITY_CONTACT must be a mail address or an https:// one: "
                f"{value!r}",
            )
            for value in (
                *("mailto:nomail", "https://", "javascript:alert(1)"),
                "aviso@example.gob.do:25",
            )
        ),
        ({"CLAMD": "tcp://127.0.0.1:abc"}, "CLAMD has a port that cannot be"),
        (
            {"ALLOWED_HOSTS": "*"},
            "ALLOWED_HOSTS must hold host names such as plan.example.gob.do, not '*'",
        ),
        *(
            (
                {name: "nomail"},
                f"{name} must be a mail address such as plan@example.gob.do, "
                "not 'nomail'",
            )
            for name in ["CONTACT_EMAIL", "CORRECTIONS_EMAIL", "DEFAULT_FROM_EMAIL"]
        ),
        (
            {"LICENCE_URL": "javascript:alert(1)"},
            "LICENCE_URL must begin with https:// or http:// and a host, not "
            "'javascript:alert(1)'",
        ),
        *(
            (
                {"EMERGENCY_NUMBER": value},
                f"EMERGENCY_NUMBER must be digits such as 9-1-1 or 112, not {value!r}",
            )
            for value in ["1", "911 o 112", "9--1"]
        ),
        *(
            (
                {"TRUSTED_PROXY_COUNT": value},
                f"TRUSTED_PROXY_COUNT must be a whole number from 1 on, not {value!r}",
            )
            for value in ["0", "-1", "two", "1.5"]
        ),
        (
            {"FRONT_MEMORY_MB": "-5"},
            "FRONT_MEMORY_MB must be a whole number from 0 on, not '-5'",
        ),
        (
            {"CLAMD": "http://127.0.0.1:3310"},
            "CLAMD must be unix:///path/of/the/socket or tcp://host:port",
        ),
        (
            {"MFA_ENCRYPTION_KEYS": "short"},
            "MFA_ENCRYPTION_KEYS must hold keys of 32 bytes in URL-safe base64, "
            "separated by commas (see 'Configuration' in README.md)",
        ),
        (
            {"CLIENT_ADDRESS_HEADER": "X-Forwarded-For"},
            "CLIENT_ADDRESS_HEADER must be a name of letters alone, not "
            "'X-Forwarded-For'",
        ),
        (
            {"REDIS_URL": "https://cache"},
            "REDIS_URL must begin with redis:// or rediss://",
        ),
        *(
            (
                {"FILE_STORE_URL": url},
                "FILE_STORE_URL must be like s3://key:secret@s3.example.org/bucket, "
                "with %2F for a / and %2B for a + of the secret, or file:///folder",
            )
            for url in [
                "https://key:secret@s3.example.org/bucket",
                "s3://s3.example.org/bucket",
                "s3://key:se/cret@s3.example.org/bucket",
                "s3+http://key:secret@s3.example.org/bucket",
                "file://folder",
            ]
        ),
    ],
)
def test_a_dangerous_or_malformed_setting_is_refused(refusal, variables, expected):
    assert refusal(PRODUCTION | variables) == expected


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


def test_a_proxy_is_believed_only_when_there_is_one(value_of):
    variables = PRODUCTION | {"BEHIND_TLS_PROXY": "true"}

    names = "settings.SECURE_PROXY_SSL_HEADER"

    assert value_of(names, variables) == "('HTTP_X_FORWARDED_PROTO', 'https')"


def test_a_header_names_the_visitor_and_two_proxies_in_a_row_are_counted(value_of):
    variables = PRODUCTION | {"CLIENT_ADDRESS_HEADER": "Visitor"}
    names = "settings.CLIENT_ADDRESS_HEADER, settings.TRUSTED_PROXY_COUNT"

    assert value_of(names, variables) == "HTTP_VISITOR 1"
    two = variables | {"TRUSTED_PROXY_COUNT": "2"}
    assert value_of(names, two) == "HTTP_VISITOR 2"


def test_an_address_may_end_with_a_slash(value_of):
    variables = PRODUCTION | {"SITE_URL": "https://plan.mirex.gob.do/"}

    assert value_of("settings.SITE_URL", variables) == "https://plan.mirex.gob.do"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "None"),
        ("unix:///run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("tcp://[::1]:3310", "('::1', 3310)"),
        ("tcp://scanner:3310", "('scanner', 3310)"),
    ],
)
def test_a_scanner_is_a_socket_or_a_host_with_its_port(value_of, url, expected):
    assert value_of("settings.CLAMD", PRODUCTION | {"CLAMD": url}) == expected


def test_without_a_folder_of_backups_there_is_none(value_of, tmp_path):
    expression = "repr(settings.BACKUP_FOLDER)"

    assert value_of(expression, PRODUCTION) == "None"
    named = PRODUCTION | {"BACKUP_FOLDER": str(tmp_path)}
    assert value_of(expression, named) == f"PosixPath('{tmp_path}')"


def test_the_address_of_the_database_is_no_setting_that_a_page_could_show(value_of):
    variables = PRODUCTION | {"DATABASE_URL": "postgres://portal:geheim@db/plan"}

    assert value_of("hasattr(settings, 'DATABASE_URL')", variables) == "False"


def test_a_database_url_replaces_the_embedded_database(value_of):
    variables = PRODUCTION | {"DATABASE_URL": "postgres://portal@db/plan"}

    found = value_of(
        "settings.EMBEDDED_DATABASE, settings.DATABASES['default']['NAME'], "
        "settings.DATABASES['default']['CONN_MAX_AGE']",
        variables,
    )

    assert found == "False plan 0"


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


def test_nothing_but_preloading_is_left_off_the_list_for_deployment(value_of):
    """That nothing on the list complains is seen by make check."""
    silenced = value_of("settings.SILENCED_SYSTEM_CHECKS", PRODUCTION)

    assert silenced == "['security.W021']"


def test_without_a_mail_server_mails_are_files_below_var(value_of):
    names = "EMAIL_BACKEND, settings.EMAIL_FILE_PATH, settings.DEFAULT_FROM_EMAIL"

    said = value_of(f"settings.{names}", PRODUCTION | {"VAR_DIR": "/srv/var"})

    assert said == (
        "agencies.mail.FileBackend /srv/var/mail no-responder@plan.mirex.gob.do"
    )


def test_a_mail_server_is_named_by_one_address(value_of):
    names = "EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS"

    said = value_of(
        f"settings.{names}", PRODUCTION | {"EMAIL_URL": "smtp+tls://u:p@mail.do:587"}
    )

    assert said == "mail.do 587 True"


@pytest.mark.parametrize("value", ["mail.do", "memorymail://", "https://mail.do"])
def test_a_malformed_mail_server_names_the_variable(refusal, value):
    assert refusal(PRODUCTION | {"EMAIL_URL": value}) == (
        "EMAIL_URL must begin with smtp+tls://, smtp+ssl:// or smtp://"
    )


@pytest.mark.parametrize(
    ("variables", "contact"),
    [
        ({}, ""),
        ({"CONTACT_EMAIL": "a@example.gob.do"}, "mailto:a@example.gob.do"),
        (
            {"CONTACT_EMAIL": "a@b.do", "SECURITY_CONTACT": "https://b.do/aviso"},
            "https://b.do/aviso",
        ),
    ],
)
def test_who_is_told_of_a_weakness_is_an_address(value_of, variables, contact):
    assert value_of("settings.SECURITY_CONTACT", PRODUCTION | variables) == contact


def test_a_contact_that_is_no_address_is_refused(refusal):
    assert "SECURITY_CONTACT" in refusal(PRODUCTION | {"SECURITY_CONTACT": "Ana"})


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

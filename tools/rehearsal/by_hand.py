"""What people do on the machine besides the steps of docs/operate.md."""

HOST = "plan.example.gob.do"
#: The first two people, whom the operator makes.
FIRST = "Ana Pérez <ana.perez@example.gob.do>"
SECOND = "Luis Mar <luis.mar@example.gob.do>"
#: A certificate that the machine trusts: one of the operator's own authority.
CERTIFICATE = f"""
install -d /etc/ssl/plan-portal
cd /etc/ssl/plan-portal
test -e key.pem ||
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} \
    -addext subjectAltName=DNS:{HOST} -keyout key.pem -out fullchain.pem 2>/dev/null
cp fullchain.pem /usr/local/share/ca-certificates/plan-portal.crt
update-ca-certificates >/dev/null
grep -q {HOST} /etc/hosts || echo '127.0.0.1 localhost {HOST}' >> /etc/hosts
"""
#: What is cleaned each day takes an old backup, and not the list of what was purged.
OLD_BACKUPS_GO = """
cd /var/backups/plan-portal
touch --date '31 days ago' plan-portal-old.tar.gz.age purged.jsonl
systemd-tmpfiles --clean
test ! -e plan-portal-old.tar.gz.age -a -e purged.jsonl
"""

#: Two people purge a word that the backup holds, of the draft that people.py made.
PURGE = """
deploy/manage shell --verbosity 0 <<'END'
from agencies.models import User
from strategic_areas import purging
people = [User.objects.get(username=f"demo-revision{each}") for each in ("", "-2")]
purging.confirm(purging.request("procedimientos", by=people[0]), by=people[1])
END
grep --quiet narrative /var/backups/plan-portal/purged.jsonl
"""
#: It stays purged in the portal that was restored from that backup.
IS_PURGED = """
deploy/manage shell --verbosity 0 <<'END'
from strategic_areas.disclosure import MARKER
from strategic_areas.models import ActivityUpdate
told = ActivityUpdate.objects.get(period__is_demonstration=True).narrative_es
assert "procedimientos" not in told and MARKER in told, told
END
"""

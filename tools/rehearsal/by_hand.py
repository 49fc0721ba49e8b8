"""Actions of people on the machine besides the steps of docs/operate.md."""

HOST = "plan.example.gob.do"
OPERATOR_EMAIL = f"operador@{HOST}"
#: The first two people, whom the operator makes.
FIRST = "Ana Pérez <ana.perez@example.gob.do>"
SECOND = "Luis Mar <luis.mar@example.gob.do>"
#: A certificate that the machine trusts: one of the operator's own authority.
CERTIFICATE = f"""
install -d $FOLDER
cd $FOLDER
test -e $KEY ||
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} \
    -addext subjectAltName=DNS:{HOST} -keyout $KEY -out fullchain.pem 2>/dev/null
cp fullchain.pem /usr/local/share/ca-certificates/plan-portal.crt
update-ca-certificates >/dev/null
grep -q {HOST} /etc/hosts || echo '127.0.0.1 localhost {HOST}' >> /etc/hosts
"""
#: nginx shows the renewed certificate, without a restart.
IS_RENEWED = f"""
for second in 1 2 3 4 5; do
    openssl s_client -connect 127.0.0.1:443 -servername {HOST} </dev/null 2>/dev/null |
        openssl x509 -outform der | cmp - <(openssl x509 -outform der \
        -in /root/renewed/fullchain.pem) && exit 0
    sleep 1
done
exit 1
"""
#: Another machine, to which backups are copied; it is this one under another name.
COPIES = "copies.example.gob.do"
OTHER_MACHINE = f"""
apt-get install --yes -qq --no-install-recommends openssh-server >/dev/null
systemctl start ssh
useradd --create-home --shell /bin/sh copies
install -d -o copies -g copies -m 0700 /srv/copies ~copies/.ssh
echo '127.0.0.1 {COPIES}' >> /etc/hosts
"""
AUTHORIZED = """
install -o copies -m 0600 /dev/null ~copies/.ssh/authorized_keys
(printf 'restrict '; cat /var/lib/plan-portal/.ssh/id_ed25519.pub) \
    > ~copies/.ssh/authorized_keys
"""
IS_COPIED = """
cmp /var/backups/plan-portal/purged.jsonl /srv/copies/purged.jsonl
cd /var/backups/plan-portal
for file in *.age files/*; do cmp $file /srv/copies/$file; done
"""
#: A failed backup is reported and mailed at once; after the correction all is well.
FAILING_BACKUP = f"""
tasks=http://127.0.0.1:8000/salud/tareas
curl --fail --silent $tasks >/dev/null
deploy/manage shell --verbosity 0 <<'END'
from datetime import timedelta
from django.utils import timezone
from agencies.tasks import TaskRun
yesterday = timezone.now() - timedelta(hours=25)
TaskRun.objects.filter(name="backup").update(ended_at=yesterday)
END
mv /usr/bin/age /usr/bin/age.away
if systemctl start plan-portal-task@backup 2>/dev/null; then exit 1; fi
curl --silent $tasks | grep --quiet 'overdue: backup failed'
test $(curl --silent --output /dev/null --write-out '%{{http_code}}' $tasks) = 503
for second in 1 2 3 4 5 6 7 8 9 10; do
    mailed=$(grep --files-with-matches 'plan-portal-task@backup.service' \
        /var/lib/plan-portal/mail/*.eml 2>/dev/null || true)
    test -z "$mailed" || break
    sleep 1
done
grep --quiet '^To: {OPERATOR_EMAIL}' $mailed
mv /usr/bin/age.away /usr/bin/age
systemctl start plan-portal-task@backup
curl --fail --silent $tasks >/dev/null
"""
#: Going back to the version before loses everything entered after the update.
ENTERED_LATER = """
deploy/manage shell --verbosity 0 <<'END'
from agencies.models import User
User.objects.create(username="later")
END
"""
IS_GONE = """
deploy/manage shell --verbosity 0 <<'END'
from agencies.models import User
assert not User.objects.filter(username="later").exists()
END
"""
#: The configuration of a trial: as in "Deploy", except for the database. With the
#: shipped plans prepare_portal would give the people of people.py other passwords.
TRIAL = f"""
install -m 0640 -g portal /dev/null /etc/plan-portal.env
cat > /etc/plan-portal.env <<EOF
SECRET_KEY=$(openssl rand -hex 40)
SITE_URL=https://{HOST}
MFA_ENCRYPTION_KEYS=$(openssl rand -base64 32 | tr +/ -_)
VAR_DIR=/var/lib/plan-portal
BEHIND_TLS_PROXY=true
CLIENT_ADDRESS_HEADER=Visitor
BACKUP_FOLDER=/var/backups/plan-portal
SHIPPED_PLANS=false
EOF
ENV_FILE=/etc/plan-portal.env .venv/bin/python manage.py compile_catalogues
deploy/manage prepare_portal
"""
#: The daily cleaning deletes an old backup, but not the list of purges.
OLD_BACKUPS_GO = """
cd /var/backups/plan-portal
touch --date '31 days ago' plan-portal-old.tar.gz.age purged.jsonl files/*
systemd-tmpfiles --clean
test ! -e plan-portal-old.tar.gz.age -a -e purged.jsonl -a -n "$(ls files)"
"""

#: Two people purge a word of the draft that people.py made; the backup contains it.
PURGE = """
deploy/manage shell --verbosity 0 <<'END'
from agencies.models import User
from strategic_areas import purging
people = [User.objects.get(username=f"demo-revision{each}") for each in ("", "-2")]
purging.confirm(purging.request_purge("procedimientos", by=people[0]), by=people[1])
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
#: The second server, which is this machine under another address.
SECOND_SERVER = """
install -d -o portal -g portal -m 0750 /var/lib/plan-portal-2
cp -a /var/lib/plan-portal/static /var/lib/plan-portal-2/
rm -r /var/lib/plan-portal/evidence
cd /etc/systemd/system
sed 's/127.0.0.1/127.0.0.2/' plan-portal.socket > plan-portal-2.socket
sed -e 's/plan-portal.socket/plan-portal-2.socket/' \
    -e 's/^StateDirectory=.*/StateDirectory=plan-portal-2/' \
    -e 's|^Environment=|Environment=VAR_DIR=/var/lib/plan-portal-2 |' \
    plan-portal.service > plan-portal-2.service
systemctl daemon-reload
systemctl start plan-portal-2.socket plan-portal-2.service
sleep 5
"""
#: Two servers whose timers start together make one backup, and no other one later.
RUNS_ONCE = """
deploy/manage shell --verbosity 0 <<'END'
from agencies.tasks import TaskRun
TaskRun.objects.filter(name="backup").delete()
END
before=$(ls /var/backups/plan-portal/*.age | wc -l)
sleep 1
for server in 1 2; do deploy/manage run_task backup & done
wait
deploy/manage run_task backup
test $(ls /var/backups/plan-portal/*.age | wc -l) = $((before + 1))
"""
#: An app shows another code after these seconds; a code works once.
NEXT_CODE = "sleep 31"

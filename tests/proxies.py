"""Runs the shipped proxy files on ports of a test, in front of its own portal."""

import os
import ssl
import subprocess
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"

#: Takes the certificate of the test.
TRUSTING = ssl.create_default_context()
TRUSTING.check_hostname, TRUSTING.verify_mode = False, ssl.CERT_NONE


def make_certificate(folder):
    """A certificate and its key for localhost in this folder, which is returned."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", folder / "key.pem", "-out", folder / "fullchain.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


def nginx(folder, certificate, inner, port, plain, others=()):
    """The command that runs the shipped nginx.conf on ports of this test."""
    server = "    server 127.0.0.1:{} max_fails=1 fail_timeout=2s;\n"
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for shipped, ours in {
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "/etc/ssl/plan-portal": str(certificate),
        "/var/log/nginx": str(folder),
        server.format(8000): "".join(map(server.format, [inner, *others])),
        "plan.example.gob.do": "localhost",
    }.items():
        assert shipped in text
        text = text.replace(shipped, ours)
    (folder / "portal.conf").write_text(text, encoding="utf-8")
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        # A test runs as root or not; only root's workers would change their user.
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off;\n"
        f"pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ {temporary} include {folder}/portal.conf; }}\n",
        encoding="utf-8",
    )
    subprocess.run(
        ["nginx", "-t", "-c", folder / "nginx.conf"], check=True, capture_output=True
    )
    return ["nginx", "-c", folder / "nginx.conf"]


def caddy(folder, certificate, inner, port, plain):
    """The command that runs the shipped Caddyfile on ports of this test."""
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    for shipped, ours in {
        "{\n\tservers": f"{{\n\tadmin off\n\thttp_port {plain}\n"
        f"\thttps_port {port}\n\tservers",
        "plan.example.gob.do {": f"localhost:{port} {{\n\ttls "
        f"{certificate}/fullchain.pem {certificate}/key.pem",
        "127.0.0.1:8000": f"127.0.0.1:{inner}",
    }.items():
        assert shipped in text
        text = text.replace(shipped, ours, 1)
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    command = ["--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    subprocess.run(["caddy", "validate", *command], check=True, capture_output=True)
    return ["caddy", "run", *command]

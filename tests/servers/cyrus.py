"""A private Cyrus 3.6 on loopback: JMAP with held submissions, and IMAP to look behind it. Root only."""

import imaplib
import itertools
import os
import shutil
import subprocess
from pathlib import Path

from servers.background import free_port
from servers.certificates import Certificates
from servers.dovecot import wait_for

ROOT = Path("/opt/tuimail-tests/cyrus")
PROGRAMS = ROOT / "usr/lib/cyrus/bin"
LIBRARIES = ":".join(
    str(ROOT / folder) for folder in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib")
)
OWNER = "mail"
PASSWORD = "pw"
POOL = 70
FOLDERS = ("conf/socket", "conf/proc", "conf/lock", "conf/log", "conf/db", "spool", "run")


def missing() -> str:
    """Why there can be no Cyrus here; empty when there can."""
    if not (PROGRAMS / "httpd").exists():
        return "Cyrus is not here (tests/servers/install.sh unpacks it on Debian and Ubuntu)"
    if os.geteuid() != 0:
        return "Cyrus runs only as root"
    if (
        "not found"
        in subprocess.run(
            ["ldd", PROGRAMS / "httpd"], env=_environment(), capture_output=True, text=True
        ).stdout
    ):
        return "Cyrus lacks a library on this system"
    return ""


class Cyrus:
    """`http`, `https` (both JMAP at /jmap/) and `imap` are ports; every password is `pw`.

    What is submitted goes on to the port `relay`. Nothing is released by itself: `release(at)` does what
    falls due until then. `folder` must have a short path.
    """

    def __init__(self, folder: Path, certificates: Certificates, relay: int) -> None:
        self.folder = folder
        self.http, self.https, self.imap = (free_port() for _ in range(3))
        self._numbers = itertools.count(1)
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        shutil.copytree(certificates.folder, folder / "tls")
        self._conf = folder / "imapd.conf"
        self._conf.write_text(IMAPD.format(base=folder, owner=OWNER, relay=relay))
        services = CYRUS.format(
            programs=PROGRAMS, conf=self._conf, http=self.http, https=self.https, imap=self.imap
        )
        (folder / "cyrus.conf").write_text(services)
        for number in range(1, POOL):
            self._add(f"user{number}")
        subprocess.run(["chown", "-R", f"{OWNER}:{OWNER}", folder], check=True)

    def user(self) -> str:
        """One more user with an empty mailbox, its folders made; the name is its address."""
        name = f"user{next(self._numbers)}@example.test"
        with self.mailbox(name):
            return name

    def mailbox(self, user: str) -> imaplib.IMAP4:
        """Its mailbox as another client sees it."""
        box = imaplib.IMAP4("127.0.0.1", self.imap)
        box.login(user, PASSWORD)
        return box

    def wires(self, user: str, folder: str) -> list[bytes]:
        """The messages in a folder."""
        with self.mailbox(user) as box:
            box.select(folder, readonly=True)
            numbers = box.search(None, "ALL")[1][0].split()
            return [box.fetch(number.decode(), "(BODY.PEEK[])")[1][0][1] for number in numbers]

    def release(self, at: float) -> None:
        """Send what is held and due until `at` (UTC seconds)."""
        command = [PROGRAMS / "calalarmd", "-C", self._conf, "-t", str(int(at))]
        subprocess.run(command, env=_environment(), user=OWNER, capture_output=True, timeout=20, check=True)

    def start(self) -> "Cyrus":
        master = [ROOT / "usr/sbin/cyrmaster", "-C", self._conf, "-M", self.folder / "cyrus.conf"]
        with open(self.folder / "stdout.log", "wb") as output:
            self._process = subprocess.Popen(
                [*master, "-p", self.folder / "run/master.pid", "-D"],
                env=_environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_for(self.imap)
        return self

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def _add(self, name: str) -> None:
        command = [
            ROOT / "usr/sbin/saslpasswd2",
            "-c",
            "-p",
            "-f",
            self.folder / "sasldb2",
            "-u",
            "example.test",
            name,
        ]
        subprocess.run(command, env=_environment(), input=PASSWORD.encode(), capture_output=True, check=True)


def _environment() -> dict[str, str]:
    return dict(os.environ, LD_LIBRARY_PATH=LIBRARIES)


IMAPD = """
configdirectory: {base}/conf
defaultpartition: default
partition-default: {base}/spool
cyrus_user: {owner}
cyrus_group: {owner}
servername: localhost
virtdomains: userid
defaultdomain: localhost
unixhierarchysep: yes
altnamespace: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {base}/sasldb2
sasl_mech_list: PLAIN LOGIN
allowplaintext: yes
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: Drafts | Sent | Trash | Archive | Junk
autocreate_subscribe_folders: Drafts | Sent | Trash | Archive | Junk
xlist-drafts: Drafts
xlist-sent: Sent
xlist-trash: Trash
xlist-archive: Archive
xlist-junk: Junk
conversations: yes
conversations_db: twoskip
httpmodules: jmap
httpallowcompress: no
smtp_backend: host
smtp_host: 127.0.0.1:{relay}
tls_server_cert: {base}/tls/server.pem
tls_server_key: {base}/tls/server.key
tls_client_ca_file: {base}/tls/ca.pem
syslog_prefix: tuimail
""".lstrip()

CYRUS = """
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {conf} -r"
}}
SERVICES {{
  imap  cmd="{programs}/imapd -C {conf}" listen="127.0.0.1:{imap}" prefork=0
  http  cmd="{programs}/httpd -C {conf}" listen="127.0.0.1:{http}" prefork=0
  https cmd="{programs}/httpd -C {conf} -s" listen="127.0.0.1:{https}" prefork=0
}}
""".lstrip()

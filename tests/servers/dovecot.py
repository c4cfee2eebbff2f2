"""A private Dovecot 2.3 on loopback: IMAP, submission and LMTP. Works as root and as any user."""

import grp
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

from servers.background import free_port
from servers.certificates import Certificates

PROGRAM = Path("/usr/sbin/dovecot")
PASSWORD = "pw"
USERS = {
    "alice": "",
    "bob": "",
    "old": "userdb_imap_capability=IMAP4rev1",
    "full": "userdb_quota_rule=*:bytes=1000",
}
POOL = 1000
FOLDERS = ("Drafts", "Sent", "Trash", "Archive", "Junk")
STORAGE = {"maildir": "maildir:~/Maildir", "sdbox": "sdbox:~/mail"}


def missing() -> str:
    """Why there can be no Dovecot here; empty when there can."""
    if not PROGRAM.exists():
        return "Dovecot is not installed (tests/servers/install.sh installs it on Debian and Ubuntu)"
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True).stdout
    if not version.startswith("2.3"):
        return f"these tests configure Dovecot 2.3, and this is {version.split()[0]}"
    return ""


class Dovecot:
    """`imap`, `imaps`, `submission`, `lmtp` are ports; every password is `pw`.

    alice and bob @example.test are ordinary; old@ has a server that can IMAP4rev1 and nothing else, full@
    a quota of 1,000 bytes. What is submitted goes on to the port `relay`, which is read at the start; so is
    `introspection`, the URL of an authority (RFC 7662) whose tokens count as a login besides the password.

    `folder` must have a short path (a unix socket's has 107 bytes). Nothing outside it is written.
    """

    def __init__(self, folder: Path, certificates: Certificates, storage: str = "maildir") -> None:
        self.folder = folder
        self.relay = 1
        self.introspection = ""
        self.imap, self.imaps, self.submission, self.lmtp = (free_port() for _ in range(4))
        self._certificates, self._storage = certificates.folder, storage
        self._owner = "mail" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self._numbers = itertools.count(1)
        (folder / "mail").mkdir(parents=True)
        pool = {f"user{number}": "" for number in range(1, POOL)}
        (folder / "users").write_text("".join(_user(name, quirk) for name, quirk in (USERS | pool).items()))
        if os.geteuid() == 0:
            shutil.chown(folder / "mail", "mail", "mail")
            shutil.chown(folder / "users", "dovecot")

    def user(self) -> str:
        """The address of a mailbox that nobody else uses."""
        return f"user{next(self._numbers)}@example.test"

    def home(self, address: str) -> Path:
        return self.folder / "mail" / address

    def log(self) -> str:
        return (self.folder / "dovecot.log").read_text("utf-8", "replace")

    def doveadm(self, *words: str) -> str:
        command = ["doveadm", "-c", str(self.folder / "dovecot.conf"), *words]
        return subprocess.run(command, capture_output=True, text=True).stdout

    def delivered(self, address: str, within: float = 5) -> list[bytes]:
        """The messages in a Maildir's inbox; waits until there is one."""
        until = time.monotonic() + within
        while not (found := sorted((self.home(address) / "Maildir" / "new").glob("*"))):
            if time.monotonic() > until:
                break
            time.sleep(0.01)
        return [path.read_bytes() for path in found]

    def start(self) -> "Dovecot":
        (self.folder / "dovecot.conf").write_text(self._configuration())
        with open(self.folder / "stderr.log", "wb") as errors:
            command = [PROGRAM, "-F", "-c", self.folder / "dovecot.conf"]
            self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        wait_for(self.imap)
        return self

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def _configuration(self) -> str:
        root = os.geteuid() == 0
        internal, login = ("dovecot", "dovenull") if root else (self._owner, self._owner)
        group = "mail" if root else grp.getgrgid(os.getegid()).gr_name
        folders = "".join(
            f"mailbox {name} {{\nauto = subscribe\nspecial_use = \\{name}\n}}\n" for name in FOLDERS
        )
        text = CONFIGURATION.format(
            base=self.folder, tls=self._certificates, storage=STORAGE[self._storage], relay=self.relay,
            internal=internal, login=login, owner=self._owner, group=group, folders=folders,
            imap=self.imap, imaps=self.imaps, submission=self.submission, lmtp=self.lmtp,
        )  # fmt: skip
        if self.introspection:
            (self.folder / "oauth2.conf").write_text(INTROSPECTION.format(url=self.introspection))
            text += TOKENS.format(base=self.folder)
        return text if root else text + UNPRIVILEGED.format(group=group)


def _user(name: str, quirk: str) -> str:
    return f"{name}@example.test:{{PLAIN}}{PASSWORD}::::::{quirk}\n"


def wait_for(port: int, within: float = 10) -> None:
    until = time.monotonic() + within
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


UNPRIVILEGED = """
default_internal_group = {group}
service imap-login {{
  chroot =
}}
service submission-login {{
  chroot =
}}
service anvil {{
  chroot =
}}
"""

TOKENS = """
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf
}}
"""

INTROSPECTION = """
introspection_url = {url}
introspection_mode = post
username_attribute = email
active_attribute = active
active_value = true
openid_configuration_url = https://login.example.test/.well-known/openid-configuration
"""

CONFIGURATION = """
protocols = imap lmtp submission
listen = 127.0.0.1
base_dir = {base}/run
state_dir = {base}/state
instance_name = tuimail-test
log_path = {base}/dovecot.log
first_valid_uid = 1
default_internal_user = {internal}
default_login_user = {login}
ssl = yes
ssl_cert = <{tls}/server.pem
ssl_key = <{tls}/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_max_userip_connections = 100
mail_location = {storage}
mail_plugins = $mail_plugins quota
passdb {{
  driver = passwd-file
  args = {base}/users
}}
userdb {{
  driver = passwd-file
  args = {base}/users
  default_fields = uid={owner} gid={group} home={base}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  {folders}
}}
plugin {{
  quota = count:quota
  quota_vsizes = yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = {submission}
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
protocol imap {{
  mail_plugins = $mail_plugins imap_quota
}}
protocol lmtp {{
  postmaster_address = postmaster@example.test
}}
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
submission_relay_trusted = no
submission_max_mail_size = 40M
"""

"""A private Postfix on loopback that delivers to Dovecot by LMTP; nothing leaves the machine. Root only."""

import grp
import os
import pwd
import subprocess
import time
from pathlib import Path

from servers.background import free_port
from servers.certificates import Certificates
from servers.dovecot import wait_for

MASTER = Path("/usr/lib/postfix/sbin/master")
QUEUES = ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private"]
QUEUES += ["saved", "trace"]
AGO = 60


def missing() -> str:
    """Why there can be no Postfix here; empty when there can."""
    if not MASTER.exists():
        return "Postfix is not installed (tests/servers/install.sh installs it on Debian and Ubuntu)"
    return "" if os.geteuid() == 0 else "Postfix runs only as root"


class Postfix:
    """`smtp` (STARTTLS offered) and `smtps` are ports.

    refuse@example.test gets 550, later@ 451, overquota@ 552; a subject with FAIL550 is rejected at the dot.
    """

    def __init__(self, folder: Path, lmtp: int, certificates: Certificates) -> None:
        self.folder = folder
        self.smtp, self.smtps = free_port(), free_port()
        for name in ("etc", "spool", "data"):
            (folder / name).mkdir(parents=True)
        owner = pwd.getpwnam("postfix").pw_uid
        os.chown(folder / "data", owner, -1)
        _queue_directories(folder / "spool", owner, grp.getgrnam("postdrop").gr_gid)
        main = MAIN.format(base=folder, lmtp=lmtp, tls=certificates.folder)
        (folder / "etc" / "main.cf").write_text(main)
        (folder / "etc" / "master.cf").write_text(SERVICES.format(smtp=self.smtp, smtps=self.smtps))

    def log(self) -> str:
        path = self.folder / "mail.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def queue(self) -> str:
        """One JSON line per message that waits."""
        command = ["/usr/sbin/postqueue", "-c", str(self.folder / "etc"), "-j"]
        return subprocess.run(command, capture_output=True, text=True).stdout

    def start(self) -> "Postfix":
        for file in (self.folder / "etc").iterdir():
            os.utime(file, (time.time() - AGO,) * 2)  # Postfix waits while its configuration is new
        with open(self.folder / "stdout.log", "wb") as output:
            self._process = subprocess.Popen(
                [MASTER, "-c", self.folder / "etc", "-d"],
                env=dict(os.environ, MAIL_CONFIG=str(self.folder / "etc")),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(self.smtp, 30)
        return self

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


def _queue_directories(spool: Path, owner: int, postdrop: int) -> None:
    """What `postfix check` makes, without its two seconds of sleep."""
    for name in QUEUES:
        (spool / name).mkdir()
        os.chown(spool / name, owner, -1)
        (spool / name).chmod(0o700)
    for name, mode in (("maildrop", 0o1730), ("public", 0o2710)):
        (spool / name).mkdir()
        os.chown(spool / name, owner, postdrop)
        (spool / name).chmod(mode)
    (spool / "pid").mkdir()


MAIN = """
compatibility_level = 3.6
queue_directory = {base}/spool
data_directory = {base}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {base}/mail.log
maillog_file_prefixes = {base}
myhostname = mx.example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.test
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:5.1.2 only example.test exists here
relay_transport = error:5.1.2 no relay
alias_maps =
alias_database =
local_recipient_maps =
message_size_limit = 20000000
smtpd_tls_cert_file = {tls}/server.pem
smtpd_tls_key_file = {tls}/server.key
smtpd_tls_security_level = may
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
smtpd_recipient_restrictions = check_recipient_access inline:{{
    {{ refuse@example.test = 550 5.7.1 refused for test }},
    {{ later@example.test = 451 4.7.1 try later }},
    {{ overquota@example.test = 552 5.2.2 mailbox full }} }},
    permit_mynetworks, reject
header_checks = regexp:{{ {{ /^Subject: .*FAIL550/ REJECT 5.7.1 not this subject }} }}
""".lstrip()

SERVICES = """
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n -  0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n -  - trivial-rewrite
bounce    unix  - - n -  0 bounce
defer     unix  - - n -  0 bounce
trace     unix  - - n -  0 bounce
verify    unix  - - n -  1 verify
flush     unix  n - n 1000? 0 flush
tlsmgr    unix  - - n 1000? 1 tlsmgr
proxymap  unix  - - n -  - proxymap
smtp      unix  - - n -  - smtp
showq     unix  n - n -  - showq
error     unix  - - n -  - error
retry     unix  - - n -  - error
discard   unix  - - n -  - discard
lmtp      unix  - - n -  - lmtp
anvil     unix  - - n -  1 anvil
scache    unix  - - n -  1 scache
postlog   unix-dgram n - n - 1 postlogd
""".lstrip()

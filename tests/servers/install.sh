#!/bin/sh
# Installs Dovecot and Postfix for the tests on Debian and Ubuntu, without starting a system service.
# Does nothing when both are there. Always exits 0: the tests say themselves what they leave out.
set -u

packages="dovecot-imapd dovecot-lmtpd dovecot-submissiond postfix"
policy=/usr/sbin/policy-rc.d

say() { echo "test servers: $*"; }

if [ -x /usr/sbin/dovecot ] && [ -x /usr/lib/dovecot/submission ] && [ -x /usr/lib/postfix/sbin/master ]; then
    say "Dovecot and Postfix are here"
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    say "not Debian or Ubuntu; install Dovecot and Postfix yourself, or the tests that need them are left out"
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    say "neither root nor sudo; the tests that need Dovecot and Postfix are left out"
    exit 0
fi

say "installing $packages (their services are not started)"
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
    trap '$as_root rm -f "$policy"' EXIT
fi
install() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove $packages >/dev/null 2>&1
}
if install || { $as_root apt-get update -qq >/dev/null 2>&1 && install; }; then
    say "installed"
else
    say "apt-get could not install them; the tests that need them are left out"
fi

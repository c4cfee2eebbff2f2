#!/bin/sh
# Gets Dovecot, Postfix, Cyrus and a keyring for the tests on Debian and Ubuntu, without starting a system service.
# Does nothing when they are there. Always exits 0: the tests say themselves what they leave out.
set -u

packages="dovecot-imapd dovecot-lmtpd dovecot-submissiond postfix gnome-keyring dbus"
policy=/usr/sbin/policy-rc.d

# Cyrus and Dovecot can't be installed side by side: its packages are unpacked into a folder of their own.
cyrus=/opt/tuimail-tests/cyrus
cyrus_packages="cyrus-common cyrus-imapd cyrus-caldav sasl2-bin
    libical3 libclamav12 libmspack0 libxapian30 libshp2 libzephyr4 libpq5 libpcre3 libjansson4 libwrap0 libldap-2.5-0"

say() { echo "test servers: $*"; }

as_root=""
may_install() {
    if ! command -v apt-get >/dev/null 2>&1; then
        say "not Debian or Ubuntu; install $1 yourself, or the tests that need it are left out"
        return 1
    fi
    [ "$(id -u)" = 0 ] && return 0
    as_root="sudo -n"
    sudo -n true 2>/dev/null && return 0
    say "neither root nor sudo; the tests that need $1 are left out"
    return 1
}

install() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove $packages >/dev/null 2>&1
}

install_packages() {
    say "installing $packages (their services are not started)"
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
        $as_root chmod 755 "$policy"
        trap '$as_root rm -f "$policy"' EXIT
    fi
    if install || { $as_root apt-get update -qq >/dev/null 2>&1 && install; }; then
        say "installed"
    else
        say "apt-get could not install them; the tests that need them are left out"
    fi
}

unpack() {
    (cd "$1" && apt-get download -qq $cyrus_packages >/dev/null 2>&1) || return 1
    mkdir -p "$1/root"
    for package in "$1"/*.deb; do
        dpkg -x "$package" "$1/root" || return 1
    done
}

unpack_cyrus() {
    say "unpacking Cyrus into $cyrus"
    folder=$(mktemp -d)
    if unpack "$folder" || { apt-get update -qq >/dev/null 2>&1 && unpack "$folder"; }; then
        mkdir -p "${cyrus%/*}"
        chmod 755 "$folder/root"
        rm -rf "$cyrus"
        mv "$folder/root" "$cyrus"
        say "unpacked"
    else
        say "apt-get could not fetch it; the tests that need Cyrus are left out"
    fi
    rm -rf "$folder"
}

if [ -x /usr/sbin/dovecot ] && [ -x /usr/lib/dovecot/submission ] && [ -x /usr/lib/postfix/sbin/master ] &&
    [ -x /usr/bin/gnome-keyring-daemon ] && [ -x /usr/bin/dbus-run-session ]; then
    say "Dovecot, Postfix and gnome-keyring are here"
elif may_install "Dovecot, Postfix and gnome-keyring"; then
    install_packages
fi
if [ -x "$cyrus/usr/lib/cyrus/bin/httpd" ]; then
    say "Cyrus is here"
elif [ "$(id -u)" != 0 ]; then
    say "Cyrus runs only as root; the tests that need it are left out"
elif may_install "Cyrus"; then
    unpack_cyrus
fi
exit 0

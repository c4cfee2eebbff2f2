"""Large providers: their servers, and what each wants before a mail program may log in.

Names and ports could be read on the provider's own pages for Outlook.com, Fastmail, mailbox.org and BIGLOBE
(POP3 only, the same host). All others rest on what mail programs and public lists agree on, docomo's with its
published interface specification behind it; nobody logged in to any of them to try. A wrong one costs a
refused trial, never a password: TLS has to prove the host's name first.
"""

from collections.abc import Iterable

from msgspec import Struct

from tuimail.mail.setup.server import Server
from tuimail.mail.setup.setting import BY_MICROSOFT, BY_PASSWORD, Setting, Way, filled

WHOLE, LOCAL, ASKED = "%EMAILADDRESS%", "%EMAILLOCALPART%", ""
"""What one logs in with: the address, what stands before its @, or a name that only the user knows."""


class Provider(Struct, frozen=True):
    """`domains` are of addresses, with a dot in front where all below it count; `exchangers` end MX hosts."""

    name: str
    domains: tuple[str, ...]
    imap: Server
    smtp: Server
    user: str = WHOLE
    ways: tuple[Way, ...] = BY_PASSWORD
    help: str = ""
    exchangers: tuple[str, ...] = ()
    graph: bool = False

    def setting(self, address: str, source: str = "") -> Setting:
        """The servers for an address; `source` unless the provider is known by the address itself."""
        return Setting(
            source or f"tuimail's own list ({self.name})",
            self.imap,
            self.smtp,
            filled(self.user, address),
            self.ways,
            not source,
            self.help,
            self.graph,
            self.name,
        )


def of(domain: str) -> Provider | None:
    """The provider of an address at `domain`."""
    return next((one for one in PROVIDERS if _fits(domain.lower(), one.domains)), None)


def receiving(hosts: Iterable[str]) -> Provider | None:
    """The provider that takes the mail of a domain, by the names of its mail exchangers (MX)."""
    names = [host.lower().rstrip(".") for host in hosts]
    return next((one for one in PROVIDERS for name in names if name.endswith(one.exchangers)), None)


def serving(host: str) -> Provider | None:
    """The provider whose IMAP server this is."""
    return next((one for one in PROVIDERS if one.imap.host == host.lower().rstrip(".")), None)


def _fits(domain: str, known: tuple[str, ...]) -> bool:
    return domain in known or any(domain.endswith(one) for one in known if one.startswith("."))


def _tls(imap: str, smtp: str) -> tuple[Server, Server]:
    return Server(imap, 993), Server(smtp, 465)


def _starttls(imap: str, smtp: str) -> tuple[Server, Server]:
    return Server(imap, 993), Server(smtp, 587, "starttls")


def _national(name: str, ends: str) -> tuple[str, ...]:
    return tuple(f"{name}.{end}" for end in ends.split())


APP_PASSWORD = "wants an app password, not the one you log in with"  # noqa: S105 (words, no secret)

_OUTLOOK = (
    *("msn.com", "windowslive.com", "passport.com"),
    *_national("outlook", "com at be cl cz de dk es fr hu ie in it jp kr lv my ph pt sa sg sk co.id co.il"),
    *_national("outlook", "co.th com.ar com.au com.br com.gr com.tr com.vn"),
    *_national("hotmail", "com be ca cl cz de dk es fi fr gr hu it lt lv my nl no ph rs se sg sk co.id"),
    *_national(
        "hotmail", "co.il co.in co.jp co.kr co.th co.uk co.za com.ar com.au com.br com.hk com.tr com.tw"
    ),
    *_national("live", "com at be ca cl cn de dk fi fr hk ie in it jp nl no ru se co.jp co.kr co.uk co.za"),
    *_national("live", "com.ar com.au com.mx com.my com.ph com.pt com.sg"),
)

PROVIDERS = (
    Provider(
        "Gmail",
        ("gmail.com", "googlemail.com"),
        *_tls("imap.gmail.com", "smtp.gmail.com"),
        ways=(Way.PASSWORD, Way.GOOGLE, Way.TOKEN, Way.COMMAND),
        help=f"Google {APP_PASSWORD}: switch 2-step verification on, then myaccount.google.com/apppasswords",
        exchangers=(".google.com", ".googlemail.com"),
    ),
    Provider(
        "Outlook.com",
        _OUTLOOK,
        *_starttls("outlook.office365.com", "smtp-mail.outlook.com"),
        ways=BY_MICROSOFT,
        help="Microsoft takes no passwords any more: you sign in in a browser, with a client of your own;"
        " switch IMAP on in Outlook on the web (Settings, Mail, Forwarding and IMAP)",
        exchangers=(".olc.protection.outlook.com",),
    ),
    Provider(
        "Microsoft 365",
        (".onmicrosoft.com",),
        *_starttls("outlook.office365.com", "smtp.office365.com"),
        ways=BY_MICROSOFT,
        help="Microsoft takes no passwords any more: you sign in in a browser, with a client of your own or"
        " of your organisation",
        exchangers=(".mail.protection.outlook.com", ".mx.microsoft"),
        graph=True,
    ),
    Provider(
        "Yahoo! JAPAN",
        ("yahoo.co.jp", "ymail.ne.jp"),
        *_tls("imap.mail.yahoo.co.jp", "smtp.mail.yahoo.co.jp"),
        user=LOCAL,
        help="switch IMAP and SMTP on in Yahoo!メール first (設定・利用規約, IMAP/POP/SMTPアクセス)",
    ),
    Provider(
        "Yahoo",
        (
            *("ymail.com", "myyahoo.com", "rocketmail.com"),
            *_national("yahoo", "com ca de it fr es se co.in co.uk co.nz com.au com.ar com.br com.mx"),
        ),
        *_tls("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
        help=f"Yahoo {APP_PASSWORD}: Account security, Generate app password",
        exchangers=(".yahoodns.net",),
    ),
    Provider(
        "AOL",
        ("aol.com", "aim.com", "netscape.net", "cs.com", *_national("aol", "de it fr es se co.uk co.nz")),
        *_tls("imap.aol.com", "smtp.aol.com"),
        help=f"AOL {APP_PASSWORD}: Account security, Generate app password",
    ),
    Provider(
        "iCloud",
        ("icloud.com", "me.com", "mac.com"),
        *_starttls("imap.mail.me.com", "smtp.mail.me.com"),
        help="Apple wants an app-specific password: account.apple.com, Sign-In and Security",
        exchangers=(".mail.icloud.com",),
    ),
    Provider(
        "Fastmail",
        ("fastmail.com", "fastmail.fm", "messagingengine.com"),
        *_tls("imap.fastmail.com", "smtp.fastmail.com"),
        help=f"Fastmail {APP_PASSWORD}: Settings, Privacy & Security, App passwords",
        exchangers=(".messagingengine.com",),
    ),
    Provider(
        "GMX",
        ("mein.gmx", *_national("gmx", "net de at ch eu biz org info")),
        *_tls("imap.gmx.net", "mail.gmx.net"),
        help="switch on access by IMAP first: GMX, E-Mail, Settings, POP3/IMAP",
        exchangers=(".gmx.net",),
    ),
    Provider(
        "GMX",
        _national("gmx", "com us co.uk es fr ca"),
        *_tls("imap.gmx.com", "mail.gmx.com"),
        help="switch on access by IMAP first: GMX, Email, Settings, POP3 & IMAP",
    ),
    Provider(
        "WEB.DE",
        ("web.de",),
        *_tls("imap.web.de", "smtp.web.de"),
        user=LOCAL,
        help="switch on access by IMAP first: WEB.DE, E-Mail, Einstellungen, POP3/IMAP",
    ),
    Provider(
        "T-Online",
        ("t-online.de", "magenta.de"),
        *_tls("secureimap.t-online.de", "securesmtp.t-online.de"),
        help="Telekom wants a password for mail programs: Kundencenter, E-Mail-Passwort",
    ),
    *(
        Provider(
            "Zoho Mail",
            (f"zoho.{end}", f"zohomail.{end}"),
            *_tls(f"imap.zoho.{end}", f"smtp.zoho.{end}"),
            help="switch IMAP on in Zoho Mail first; with two-factor login it wants an app password",
            exchangers=(f".zoho.{end}", f".zohomail.{end}"),
        )
        for end in ("com", "eu", "in", "jp")
    ),
    Provider(
        "Proton Mail",
        ("proton.me", "protonmail.com", "protonmail.ch", "pm.me"),
        Server("127.0.0.1", 1143, "starttls"),
        Server("127.0.0.1", 1025, "starttls"),
        help="Proton needs its Bridge running on this computer: the password is the one that Bridge shows,"
        " and this computer has to trust Bridge's certificate",
        exchangers=(".protonmail.ch",),
    ),
    Provider(
        "mailbox.org",
        ("mailbox.org",),
        *_tls("imap.mailbox.org", "smtp.mailbox.org"),
        help=f"with two-factor login mailbox.org {APP_PASSWORD}: All settings, Security",
        exchangers=(".mailbox.org",),
    ),
    Provider(
        "Posteo",
        _national("posteo", "de at be ch com es eu it jp me net nl org uk us"),
        *_tls("posteo.de", "posteo.de"),
    ),
    Provider(
        "docomo",
        ("docomo.ne.jp",),
        *_tls("imap.spmode.ne.jp", "smtp.spmode.ne.jp"),
        user=ASKED,
        help="user and password are the IMAP専用ID and IMAP専用パスワード that My docomo shows,"
        " with Wi-Fi off, under メール設定",
    ),
    Provider(
        "SoftBank (i)",
        ("i.softbank.jp",),
        *_tls("imap.softbank.jp", "smtp.softbank.jp"),
        user=LOCAL,
        help="the password is that of Eメール(i), not of My SoftBank",
    ),
    Provider(
        "@nifty",
        ("nifty.com",),
        *_tls("imap.nifty.com", "smtp.nifty.com"),
        user=LOCAL,
        help="the password is your メールパスワード; without one of its own, that of your @nifty ID",
    ),
    Provider("OCN", ("ocn.ne.jp", ".ocn.ne.jp"), *_tls("imap.ocn.ne.jp", "smtp.ocn.ne.jp")),
    Provider(
        "BIGLOBE",
        ("biglobe.ne.jp", ".biglobe.ne.jp"),
        *_tls("mail.biglobe.ne.jp", "mail.biglobe.ne.jp"),
        help="the password is the BIGLOBEパスワード of your 会員証",
    ),
)

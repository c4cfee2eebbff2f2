import asyncio

from tuimail.backends.finding.finder import ServerFinder
from tuimail.mail.setup.server import Server
from tuimail.mail.setup.setting import Setting
from tuimail.mail.setup.srv import Record

ADDRESS = "hanako@example.jp"
OWN = Setting("the file", Server("imap.example.jp", 993), Server("smtp.example.jp", 465), ADDRESS)
GUESS = Setting("a guess", Server("mail.example.jp", 993), Server("mail.example.jp", 465), ADDRESS)
SERVICES = {
    "_imaps._tcp": (Record(0, 0, 993, "imap.example.jp."),),
    "_submissions._tcp": (Record(0, 0, 465, "smtp.example.jp."),),
}


class Names:
    def __init__(self, hosts=(), services=None):
        self.hosts, self.known = hosts, services or {}

    async def exchangers(self, domain):
        return self.hosts

    async def services(self, domain, names):
        return self.known


def gives(setting, asked=None):
    async def way(address):
        if asked is not None:
            asked.append(address)
        return setting

    return way


async def never(address):
    await asyncio.Event().wait()


async def test_a_large_provider_is_known_without_asking_anybody():
    asked = []
    finder = ServerFinder(Names(), gives(OWN, asked), gives(GUESS, asked))
    assert [one.name for one in await finder.find("h@gmail.com")] == ["Gmail"]
    assert asked == []


async def test_whoever_takes_the_mail_goes_before_what_the_domain_publishes_and_before_srv():
    names = Names(["aspmx.l.google.com."], {**SERVICES, "_imaps._tcp": (Record(0, 0, 993, "other.jp."),)})
    found = await ServerFinder(names, gives(OWN), gives(GUESS)).find(ADDRESS)
    assert [str(one.imap) for one in found] == [
        "imap.gmail.com:993 tls",
        "imap.example.jp:993 tls",
        "other.jp:993 tls",
    ]
    assert [one.sure for one in found] == [False, False, False]


async def test_the_same_servers_are_found_once_by_whoever_said_so_first():
    found = await ServerFinder(Names((), SERVICES), gives(OWN), gives(GUESS)).find(ADDRESS)
    assert found == (OWN,)


async def test_guesses_are_for_where_there_is_nothing_else_and_not_waited_for():
    assert await ServerFinder(Names(), gives(OWN), never).find(ADDRESS) == (OWN,)
    assert await ServerFinder(Names(), gives(None), gives(GUESS)).find(ADDRESS) == (GUESS,)
    assert await ServerFinder(Names(), gives(None), gives(None)).find(ADDRESS) == ()


async def test_looking_can_be_given_up():
    task = asyncio.create_task(ServerFinder(Names(), never, never).find(ADDRESS))
    await asyncio.sleep(0)
    task.cancel()
    assert (await asyncio.gather(task, return_exceptions=True))[0].__class__ is asyncio.CancelledError
    assert len(asyncio.all_tasks()) == 1

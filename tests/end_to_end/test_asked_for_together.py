"""Mails with a wish for receipts, then asked back together, by keys alone on the demo's Microsoft 365."""

import json
import re
from pathlib import Path

from end_to_end.test_after_it_left import HELD, MAKOTO, NAKAJIMA, WATANABE, Person, at_the_desk

FIRST, SECOND = "卸値表 一", "卸値表 二"


async def sends(person: Person, subject: str, *people: str) -> None:
    """One that asks for receipts leaves by the account of Microsoft 365."""
    await person.press("c", "alt+i", "alt+r", until="New mail · office")
    await person.sees("Receipts asked for")
    await person.press(f"'{', '.join(people)}", until=people[-1])
    await person.press("tab", "tab", "tab", f"'{subject}", "alt+s", until=f"「{subject}」to ")
    person.goes_on(HELD)
    await person.sees(f"sent 「{subject}」")


async def in_sent(person: Person) -> None:
    await person.press("g", "'office sent", until="office sent")
    await person.press("enter", until="0 unread of 5")
    await person.waits(
        lambda: all(re.search(f"[^「]{one}", person.screen) for one in (FIRST, SECOND)), "rows"
    )


async def test_those_without_outsiders_are_asked_for_together(tmp_path, monkeypatch):
    monkeypatch.setattr("tuimail.engine.engine.AFTER_STARTS", 0.0)
    async with at_the_desk(tmp_path) as person:
        await person.sees("12月の卸値表")
        await sends(person, FIRST, WATANABE, NAKAJIMA)
        await sends(person, SECOND, WATANABE, MAKOTO)
        log = person.here.exchange.log
        assert all(b"Disposition-Notification-To: " in one.wire for one in log.sent)
        await in_sent(person)
        await person.press("home", "t", "t", "B", until="1 of 2 can be asked for.")
        await person.sees(FIRST, "2 people can be asked", f"left out: {MAKOTO[:8]}")
        await person.press("a", until="Ask Exchange to delete 1 mail of 2 recipients?")
        await person.press("y", until="1 of 2 asked for.")
        assert [one.noticed for one in log.recalls] == [()]
        await person.press("down", "enter", until="Recall requested.")
        await person.press("E", "j", until="Saved as ")
        (saved,) = Path(person.here.config.ui.download_folder).glob("recall*.json")
        assert json.loads(saved.read_text("utf-8"))["recall"]["state"] == "requested"

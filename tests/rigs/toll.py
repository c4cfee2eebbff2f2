"""What the killing cost: what was promised, what the server got, what the outbox holds, compared."""

import hashlib
import sqlite3
import sys
from collections import Counter
from pathlib import Path

from rigs.lives import the_draft

from tuimail.backends.maildir.source import MaildirSource
from tuimail.mail.hold.item import State
from tuimail.store.outbox import OutboxFile

RESTS_RIGHTLY = ("tuimail stopped each time",)
"""Why a mail may be put to the person in this rig: it was claimed three times by processes that died."""


class Count(Counter):
    """What was found. `faults` are the promises broken; none are allowed."""

    GOOD = (
        *("kills", "agents", "SIGKILL", "SIGTERM", "SIGHUP"),
        *("queued", "undone", "accepted", "settled"),
    )
    FAULTS = (
        *("lost", "altered", "sent_after_undo", "duplicates", "draft_not_back", "copies_wrong", "damaged"),
        *("sent_again_after_upgrade", "asked_for_nothing"),
    )

    @property
    def faults(self) -> int:
        return sum(self[fault] for fault in self.FAULTS)

    def __str__(self) -> str:
        return " · ".join(f"{name.replace('_', ' ')} {self[name]}" for name in (*self.GOOD, *self.FAULTS))


async def check(rig) -> Count:
    """Compare what the clients were told with what the server accepted and the outbox holds."""
    count, store = Count(rig.signals), OutboxFile(rig.home.paths.outbox)
    old = {f"<{name}@example.jp>" for name in rig.home.sent}
    items = {item.subject: item for item in await store.items() if item.message_id not in old}
    arrived = Counter(entry["message_id"] for entry in rig.accepted())
    hashes = {entry["message_id"]: entry["sha256"] for entry in rig.accepted()}
    said = {word: {line[1] for line in rig.said if line[0] == word} for word in ("queued", "asked", "undone")}
    count["queued"], count["undone"] = len(said["queued"]), len(said["undone"])
    count["accepted"] = len(arrived)
    count["sent_again_after_upgrade"] = sum(arrived[message_id] for message_id in old)
    count["duplicates"] = sum(times - 1 for times in arrived.values())
    count["lost"] = len(said["queued"] - items.keys())
    count["altered"] = len(arrived.keys() - old - {item.message_id for item in items.values()})
    drafts = {draft.id for draft, _ in await store.drafts()}
    for name, item in items.items():
        times = arrived[item.message_id]
        if item.state is State.UNDONE:
            back = name in drafts and await store.draft(name) == the_draft(name)
            count["sent_after_undo"] += times > 0
            count["draft_not_back"] += not back
            count["lost"] += name not in said["asked"]
        else:
            wire = (await store.submission(item.id)).wire
            count["lost"] += times == 0
            count["altered"] += times > 0 and hashes[item.message_id] != hashlib.sha256(wire).hexdigest()
            count["sent_after_undo"] += name in said["undone"]
            count["draft_not_back"] += name in drafts
            trail = await store.trail(item.id)
            count["settled"] += any(entry.before == State.UNSURE for entry in trail)
            paused = [entry.why for entry in trail if entry.after == State.PAUSED]
            for why in (why for why in paused if not why.startswith(RESTS_RIGHTLY)):
                count["asked_for_nothing"] += 1
                print(f"{name} was put to the person: {why}", file=sys.stderr)
    count["copies_wrong"] = await wrong_copies(rig, store, items.values())
    await store.close()
    count["damaged"] = int(not sound(rig.home.paths.outbox))
    return count


async def wrong_copies(rig, store: OutboxFile, items) -> int:
    """How many messages do not stand in Sent exactly once, byte for byte."""
    source = MaildirSource(rig.home.folder / "mail", "work")
    uids = [uid async for stretch in source.stretches("Sent") for uid in stretch.flags]
    copies = Counter([await source.body("Sent", uid) for uid in uids])
    wanted = Counter([(await store.submission(i.id)).wire for i in items if i.state is State.SENT])
    return sum(((copies - wanted) + (wanted - copies)).values())


def sound(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        connection.close()

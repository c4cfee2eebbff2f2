"""`ports.AfterStore` in memory."""


class MemoryAfter:
    def __init__(self) -> None:
        self.mails, self.asked, self.said, self.kept, self.counted = {}, {}, [], {}, []
        self.written = 0

    async def keep_sent(self, mail):
        self.mails[mail.message_id] = mail

    async def sent(self, message_id):
        return self.mails.get(message_id)

    async def latest_sent(self, limit=1):
        return tuple(sorted(self.mails.values(), key=lambda mail: -mail.sent)[:limit])

    async def put_recall(self, recall):
        return self._put(self.asked, recall)

    async def recalls(self, message_id=""):
        found = [one for one in self.asked.values() if message_id in ("", one.message_id)]
        return tuple(sorted(found, key=lambda recall: -recall.asked))

    async def keep_receipt(self, receipt):
        fresh = receipt not in self.said
        self.said += [receipt] if fresh else []
        return fresh

    async def receipts(self, message_id):
        return tuple(one for one in self.said if one.message_id == message_id)

    async def put_incident(self, incident):
        return self._put(self.kept, incident)

    async def incidents(self):
        return tuple(sorted(self.kept.values(), key=lambda incident: -incident.noticed))

    async def count(self, near_miss):
        self.counted.append(near_miss)

    async def near_misses(self, since=0.0):
        return tuple(one for one in self.counted if one.at >= since)

    async def writings(self):
        return self.written

    async def damage_report(self):
        return ""

    async def close(self):
        pass

    def _put(self, rows, value):
        before = rows[value.id].version if value.id in rows else 0
        if before != value.version - 1:
            return False
        rows[value.id] = value
        self.written += 1
        return True

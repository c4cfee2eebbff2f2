"""The words of reports and exports in both languages."""

import re

from tuimail.mail.after.correction import Language
from tuimail.mail.after.incident import STEPS
from tuimail.mail.after.incident_clock import NAMES
from tuimail.mail.after.incident_facts import DRAFTED, Person
from tuimail.mail.after.incident_steps import guide
from tuimail.mail.after.kind import Kind
from tuimail.mail.after.verdict import BY_DOMAIN, INSIDE, NOT_CHECKED, OUTSIDE, REASONS, Answer
from tuimail.mail.hold.item import Entry

EN, JA = Language.ENGLISH, Language.JAPANESE

WORDS: dict[str, dict[Language, str]] = {
    "title": {EN: "Misdirected mail: first report", JA: "メール誤送信 第一報"},
    "number": {EN: "Incident", JA: "管理番号"},
    "subject": {EN: "Subject of the mail", JA: "件名"},
    "message-id": {EN: "Message-ID", JA: "Message-ID"},
    "sent": {EN: "Sent", JA: "送信日時"},
    "noticed": {EN: "Noticed", JA: "発覚日時"},
    "closed": {EN: "Closed", JA: "完了日時"},
    "sender": {EN: "Sent by", JA: "送信者"},
    "went": {EN: "It went to", JA: "送信先"},
    "wrong": {EN: "Wrong address", JA: "誤送信先"},
    "meant": {EN: "It was meant for, or about", JA: "本来の宛先・内容に関わる方"},
    "body": {EN: "Outline of the text", JA: "本文の概要"},
    "files": {EN: "Attachments", JA: "添付ファイルの概要"},
    "personal": {EN: "Personal data: which, of how many people", JA: "個人情報の有無・項目・人数"},
    "secret": {EN: "Secret data", JA: "機密情報の有無"},
    "effect": {EN: "Effect so far", JA: "影響・二次被害の有無"},
    "cause": {EN: "Cause, as far as known", JA: "原因（判明している範囲）"},
    "done": {EN: "Done so far", JA: "これまでの対応"},
    "left": {EN: "To be done yet", JA: "今後の対応"},
    "steps": {EN: "Steps", JA: "対応の手順"},
    "recalls": {EN: "Recall requests", JA: "取り消しの依頼"},
    "deadlines": {EN: "Deadlines", JA: "期限"},
    "trail": {EN: "What happened, in order", JA: "経過"},
    "fill": {EN: "[to fill in]", JA: "【要記入】"},
    "fill-yes-no": {EN: "[yes / no, to fill in]", JA: "【あり・なし 要記入】"},
    "nothing": {EN: "nothing yet", JA: "まだありません"},
    "unknown": {EN: "not asked, nothing known", JA: "未確認"},
    "not-done": {EN: "not done", JA: "未対応"},
    "no-content": {
        EN: "The text and the attachments of the mail are not part of this record.",
        JA: "この記録にはメールの本文と添付ファイルを含みません。",
    },
    "request": {
        EN: "A recall is a request: only the server's report or the recipient says what became of a copy.",
        JA: "取り消しは依頼です。結果は、サーバーの報告または受信者の回答でのみ確認できます。",
    },
    "heading-time": {EN: "When", JA: "日時"},
    "heading-what": {EN: "What", JA: "内容"},
    "heading-note": {EN: "Note", JA: "メモ"},
    "heading-answer": {EN: "Server's answer", JA: "サーバーの応答"},
    "heading-field": {EN: "Field", JA: "種別"},
    "heading-verdict": {EN: "Recall", JA: "取り消しの可否"},
    "heading-receipts": {EN: "Receipts", JA: "配信・開封の通知"},
    "heading-step": {EN: "Step", JA: "手順"},
    "heading-done": {EN: "Done", JA: "完了"},
}


def word(name: str, language: Language) -> str:
    """One of `WORDS`."""
    return WORDS[name][language]


def foreseen(person: Person, language: Language) -> str:
    """What was said of the recipient's copy before a recall was asked for."""
    if person.verdict is None:
        return word("unknown", language)
    answer, reason = person.verdict.answer.value, person.verdict.reason
    if language is EN:
        return f"{answer}: {reason}"
    return f"{ANSWERS_JA[person.verdict.answer]}: {'、'.join(map(_reason_ja, reason.split(', ')))}"


def _reason_ja(reason: str) -> str:
    """A reason in Japanese; one that nobody translated stays as it is."""
    count = re.fullmatch(r"list (?:with|of) (\d+)( outside members?)?", reason)
    if count is None:
        return REASONS_JA.get(reason, reason)
    return f"社外{count[1]}名を含むリスト" if count[2] else f"{count[1]}名のリスト"


ANSWERS_JA = {Answer.CAN: "依頼可", Answer.CANNOT: "依頼不可", Answer.UNKNOWN: "不明"}
REASONS_JA = {
    OUTSIDE: "社外。依頼すると通知メールが届いてしまう",
    INSIDE: "同じ組織",
    BY_DOMAIN: "ドメインが同じ組織。リストは確認できず",
    NOT_CHECKED: "確認できず",
    "out of office": "不在",
    "mailbox full": "メールボックスが満杯",
    "moderated": "承認制",
    "recall is switched off": "設定で無効",
    REASONS[Kind.PERSONAL]: "個人用のMicrosoftアカウント",
    REASONS[Kind.ON_PREMISES]: "オンプレミスのメールボックス",
    REASONS[Kind.UNSIGNED]: "Microsoft Graphに未サインイン",
    REASONS[Kind.OTHER]: "配信済み。このサーバーでは取り消せない",
}


KINDS_JA = {
    "opened": "記録を開始",
    "done": "完了",
    "not done": "未完了に戻す",
    "note": "メモ",
    "meant for": "本来の宛先",
    "clock on": "期限の表示を開始",
    "clock off": "期限の表示を停止",
    "closed": "完了として閉じる",
    "opened again": "再開",
    DRAFTED: "報告の下書きを作成",
    "outbox": "送信トレイ",
    "recall request": "取り消しの依頼",
    "receipt": "通知",
    "correction": "訂正メール",
    "asking": "依頼中",
    "requested": "依頼済み",
    "refused": "拒否",
    "unsure": "結果不明",
    "report received": "結果報告あり",
    "no report after 24 h": "24時間経過、結果報告なし",
    "delivered": "配信済み",
    "delayed": "配信遅延",
    "failed": "失敗",
    "read": "開封済み",
    "deleted": "削除済み（閲覧の有無は不明）",
    "waiting": "送信待ち",
    "paused": "保留中",
    "sending": "送信中",
    "sent": "送信済み",
    "undone": "送信前に取り消し",
}


SHORT = {
    "waiting": "held",
    "paused": "held",
    "undone": "taken back",
    "unsure": "sent or not",
    "report received": "report came",
    "no report after 24 h": "no report",
    DRAFTED: "drafted",
}


def standing(entry: Entry, language: Language) -> str:
    """How it stands with a step, by the last that the trail tells of it: a word or two."""
    return SHORT.get(entry.after, entry.after) if language is EN else kind(entry.after, language)


def told(entry: Entry, language: Language) -> str:
    """A line of the trail without its time and the server's answer."""
    parts = (_about(entry.before, language), kind(entry.after, language), entry.why)
    return " · ".join(filter(None, parts))


def _about(about: str, language: Language) -> str:
    if about in STEPS:
        return guide(about, language).title
    return NAMES[about][language] if about in NAMES else kind(about, language)


def kind(kind: str, language: Language) -> str:
    """What an entry, a recall or a receipt came to, in a word or two."""
    return KINDS_JA.get(kind, kind) if language is JA else kind

"""The steps after a misdirected mail, in words: what to do, and what to mind about it.

The order is that of Japanese practice: whoever sent it reports before judging its weight alone, and calls
before writing.
"""

from msgspec import Struct

from tuimail.mail.after.correction import Language

EN, JA = Language.ENGLISH, Language.JAPANESE


class Guide(Struct, frozen=True):
    """What a step asks for, in a line, and what to mind about it in a sentence or two."""

    title: str
    hint: str


GUIDES: dict[str, dict[Language, Guide]] = {
    "recall": {
        EN: Guide(
            "Ask for the mail back",
            "Ask Exchange to delete the delivered copies, where that can be asked, and close shared links. It"
            " is a request: whether copies are gone, the report says.",
        ),
        JA: Guide(
            "取り消しを依頼する",
            "依頼できる宛先には、配信済みメールの削除をExchangeに依頼し、共有リンクは無効にします。"
            "依頼であって、削除の保証ではありません。結果は報告メールで確認します。",
        ),
    },
    "call": {
        EN: Guide(
            "Call whoever received it",
            "Before you write: it may be unread. Ask to delete it unread, from the trash too, and not to pass"
            " it on.",
        ),
        JA: Guide(
            "受信者に電話する",
            "メールより先に電話します。まだ読まれていないかもしれません。"
            "開封せずに削除し、ごみ箱からも消し、転送しないよう依頼します。",
        ),
    },
    "manager": {
        EN: Guide(
            "Report to your manager",
            "At once and with what is known so far; do not judge alone how grave it is. p drafts the report.",
        ),
        JA: Guide(
            "上司に報告する",
            "わかっている範囲で、すぐに。重大さを自分だけで判断しません。pで報告の下書きを作ります。",
        ),
    },
    "security": {
        EN: Guide(
            "Report to security",
            "To the desk for security or privacy. They decide whether an authority and the people concerned"
            " have to be told.",
        ),
        JA: Guide(
            "情報セキュリティ窓口に報告する",
            "情報セキュリティ・個人情報保護の担当へ。当局やプライバシーマークの審査機関への報告、"
            "本人への通知が必要かは、担当が判断します。",
        ),
    },
    "correct": {
        EN: Guide(
            "Ask in writing: correction, or deletion",
            "The apology, the facts without what leaked, the right content or the request to delete. Let"
            " somebody else read it before it leaves.",
        ),
        JA: Guide(
            "訂正・削除依頼のメールを送る",
            "お詫びと事実、正しい内容または削除のお願い。漏れた内容は繰り返しません。"
            "送る前に別の人にも確認してもらいます。",
        ),
    },
    "apologise": {
        EN: Guide(
            "Apologise to whom it was meant for, or about",
            "Their information went to somebody else, and they should hear of it from you.",
        ),
        JA: Guide(
            "本来の宛先・内容に関わる方にお詫びする",
            "その方の情報が別の人に渡っています。こちらから伝えてお詫びします。",
        ),
    },
    "confirm": {
        EN: Guide(
            "Have the deletion confirmed",
            "By each recipient: deleted, not read, not passed on. Note who said so and when.",
        ),
        JA: Guide(
            "削除の確認を取る",
            "受信者ごとに、削除済み・未開封・転送なしを確認し、誰がいつ答えたかを記録します。",
        ),
    },
    "prevent": {
        EN: Guide(
            "Keep it from happening again",
            "The cause, and what changes: a rule that holds such mail longer, an old address out of the"
            " contacts.",
        ),
        JA: Guide(
            "再発を防ぐ",
            "原因と対策を書きます。保留を長くするルールの追加や、古い宛先の削除など。",
        ),
    },
}
"""By the ids of `incident.STEPS`."""


def guide(step: str, language: Language) -> Guide:
    """The words of a step."""
    return GUIDES[step][language]

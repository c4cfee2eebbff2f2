"""A Microsoft 365 organisation on loopback HTTP: what tuimail needs of Graph, for the demo and tests.

    tenant = Tenant(people=(Colleague("Aiko", "aiko@contoso.example"), …))
    with StandIn(tenant, me="aiko@contoso.example") as here:
        here.url                                  base address for `graph = { url = … }`, without a version
        here.org.switch(recall_read=False)        the administrator's switches: every field of `tenant.Policy`
        here.org.people(Colleague(…), Group(…))   add or change people and lists while it runs
        here.org.receive(wire, to="aiko@…")       mail from outside into a mailbox
        here.org.read("ken@…", message_id)        somebody reads a mail (a read receipt leaves if asked for)
        here.org.mailbox("ken@…")                 a mailbox: .messages(folder), .holds(id), .forget_sync()
        here.org.run()                            do what is due by `clock` (each request does so, too)
        here.faults.add("POST */send", Fault.lost(), times=1, after=0)    see `faults.Fault` for all kinds
        here.log.requests / .most_at_once         Seen(method, path, query, when, status) of each request
        here.log.sent / .sends(message_id) / .sends_of(token)     what left, with recipients
        here.log.recalls / .recalls_of(message_id)                requests for delivered copies
        here.log.outside                          Parcel(sender, spec, wire) of each mail to an outsider
        here.log.broken                           the stand-in's own faults; there should be none

`StandIn(tenant, me, clock=time.time, outside=…)`; `tokens` in the policy says which bearer tokens are taken.
Ids are of two kinds, as with Graph: ordinary ones change on a move, immutable ones (`Prefer:
IdType="ImmutableId"`) do not; either is understood wherever an id stands in a path.

Written from the documented contract. Live behaviour is not confirmed for: the wording and form of recall's
202; recall with an immutable id (`recall_immutable`); the recall report's From, class, body and time; notices
to blind copies and members of lists; what is answered to /send of a message that left (`sends_again`), to
/organization of a personal account, and for a mailbox on premises; where deferred mail waits
(`deferred_folder`) and whether it can be deleted (`keeps_deferred`); whether a client's Message-ID stays
(`replaces_ids`); where DELETE puts a message (Deleted Items here); the code for a recipient that is not found
in mail tips; how little a delta tells of a change (`sparse_delta`).
"""

from tuimail.demo.exchange.faults import Fault
from tuimail.demo.exchange.standin import StandIn
from tuimail.demo.exchange.tenant import Colleague, Group, Policy, Tenant

__all__ = ["Colleague", "Fault", "Group", "Policy", "StandIn", "Tenant"]

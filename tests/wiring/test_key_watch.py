from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import Rejected
from kalshi_desk.wiring.key_watch import KeyWatch

NOW = Nanos.parse("2026-11-21T12:00:00Z")
NO_KEY = Rejected("GET /portfolio/fills", 401, "authentication_error", "NOT_FOUND")
NO_ORDER = Rejected("GET /portfolio/orders/1", 404, "not_found", "")


class Told:
    def __init__(self):
        self.switches, self.alerts = [], []

    async def throw(self, switch):
        self.switches.append(switch)

    async def alert(self, severity, subject, text):
        self.alerts.append((severity, subject, text))

    def watch(self):
        return KeyWatch(now=lambda: NOW, throw=self.throw, alert=self.alert)


async def test_the_third_refusal_running_halts_and_tells_once():
    told = Told()
    watch = told.watch()
    for _ in range(5):
        assert await watch.refused(NO_KEY)
    (halt,) = told.switches
    assert (halt.name, halt.scope, halt.on, halt.until) == ("halt", "both", True, None)
    assert "401 authentication_error" in halt.reason
    ((severity, _, text),) = told.alerts
    assert severity == "critical"
    assert "mend the key, then resume" in text
    assert watch.out


async def test_an_answer_in_between_is_no_revocation():
    told = Told()
    watch = told.watch()
    for _ in range(4):
        await watch.refused(NO_KEY)
        await watch.refused(NO_KEY)
        watch.taken()
    assert not watch.out
    assert told.switches == []


async def test_what_is_refused_for_another_reason_says_nothing_of_the_key():
    told = Told()
    watch = told.watch()
    assert not await watch.refused(NO_ORDER)
    assert told.alerts == []


async def test_a_key_that_is_taken_again_is_told_anew_when_it_is_lost_again():
    told = Told()
    watch = told.watch()
    for _ in range(2):
        for _ in range(3):
            await watch.refused(NO_KEY)
        watch.taken()
    assert len(told.alerts) == 2

from __future__ import annotations

import pytest

from mien.service.live.tickets import LIFE_S, Tickets

pytestmark = pytest.mark.unit


def test_a_ticket_opens_one_socket_of_its_session() -> None:
    tickets = Tickets()
    ticket = tickets.sell("one")
    assert tickets.take(ticket, "one")
    assert not tickets.take(ticket, "one")


def test_a_ticket_of_another_session_is_spent_by_trying() -> None:
    tickets = Tickets()
    ticket = tickets.sell("one")
    assert not tickets.take(ticket, "two")
    assert not tickets.take(ticket, "one")


def test_a_ticket_does_not_last() -> None:
    now = [0.0]
    tickets = Tickets(lambda: now[0])
    ticket = tickets.sell("one")
    now[0] = LIFE_S
    assert not tickets.take(ticket, "one")
    assert not tickets.take("made up", "one")

"""The programme: which schemes and look-alikes a city of a given size sees, and the order in which it is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from fundwatch.city import commerce, everyday, firms, people, purses
from fundwatch.city.accounts import Book
from fundwatch.city.benign import (
    caring,
    cashing,
    collecting,
    forwarding,
    giving,
    handing,
    helping,
    lapsing,
    licensed,
    opening,
    paying_out,
    returning,
    settling,
    sharing,
    trading,
)
from fundwatch.city.benign import guaranteeing as guaranteed
from fundwatch.city.benign import lending as lent
from fundwatch.city.benign import pawning as pawned
from fundwatch.city.calendar import Calendar
from fundwatch.city.journal import Journal
from fundwatch.city.ledgers import guarantee, micro_loan, pawn
from fundwatch.city.ledgers.firm import Lender, found_lenders
from fundwatch.city.pace import Pace
from fundwatch.city.parties import Register
from fundwatch.city.schemes import (
    collection,
    cycling,
    elderly,
    exchanging,
    guaranteeing,
    layering,
    lending,
    listed,
    operating,
    organising,
    overlending,
    passing_through,
    pawning,
    relaying,
    returns,
    soliciting,
    structuring,
    waking,
)
from fundwatch.city.truth import Subject
from fundwatch.city.world import DIFFICULTIES, World

Plant = Callable[[World, str], Subject]
LenderPlant = Callable[[World, Lender, str], Subject]

SCHEMES: tuple[tuple[Plant, tuple[Plant, ...]], ...] = (
    (
        collection.fan_in,
        (
            collecting.school_fees,
            giving.wedding_gifts,
            collecting.presale_housing,
            collecting.property_fees,
            collecting.group_buying,
            collecting.charity_drive,
        ),
    ),
    (returns.periodic_returns, (sharing.rent_pool, sharing.member_dividends)),
    (returns.ponzi, (sharing.deposit_shop, sharing.hosted_rent)),
    (organising.pay_day, (settling.milk_settlement, settling.yearly_dividend)),
    (organising.broken_promise, (settling.ended_lease, settling.tea_season)),
    (passing_through.pass_through, (forwarding.labour_foreman, forwarding.freight_agent, forwarding.ticket_agent)),
    (structuring.structuring, (cashing.market_shop, cashing.pig_farmer, cashing.fuel_station)),
    (cycling.cycle, (returning.undone_order, returning.lost_tender, returning.supply_loop)),
    (soliciting.door_to_door, (opening.evening_classes, opening.instalment_sales, giving.festival_gifts)),
    (soliciting.new_account, (opening.opening_shop, opening.payroll_account)),
    (soliciting.chain_growth, (opening.growing_shop,)),
    (soliciting.private_collector, (opening.side_business,)),
    (
        elderly.elderly_members,
        (caring.hospital_bills, caring.loan_interest, caring.elders_trip, caring.old_neighbourhood),
    ),
    (waking.reactivated, (handing.house_sale, handing.land_compensation)),
    (layering.layered_cash_out, (handing.supply_chain, handing.cattle_dealer)),
    (layering.scatter_gather, (handing.wages_home, handing.member_inputs)),
    (relaying.private_payouts, (paying_out.payroll_firm, paying_out.taxed_dividends)),
    (relaying.gather_scatter, (paying_out.rent_cashier, paying_out.tour_treasurer)),
    (exchanging.mirrored_exchange, (trading.purchasing_agent,)),
    (operating.shared_phone, (helping.family_phone,)),
    (operating.counter_agent, (helping.guardian,)),
    (listed.near_listed, (trading.small_creditor,)),
)
"""Each scheme of the banks with the look-alikes that take turns in answering it."""

BYSTANDERS: tuple[tuple[Plant, ...], ...] = ((trading.night_shop,), (trading.farm_buyer, trading.labour_payouts))
"""Look-alikes beside those that answer a scheme; those of one tuple take turns."""

LENDER_SCHEMES: dict[str, tuple[tuple[LenderPlant, LenderPlant], ...]] = {
    "micro_loan": (
        (lending.public_deposits, licensed.family_repayments),
        (lending.round_trip, licensed.dealer_purchase),
        (overlending.costly_loans, lent.early_payoff),
        (overlending.split_loans, lent.farm_circle),
        (overlending.off_book, lent.employer_repays),
    ),
    "guarantee": (
        (guaranteeing.diverted_deposits, licensed.deposit_refunds),
        (guaranteeing.concentrated_book, guaranteed.revolving_customer),
        (guaranteeing.sold_guarantees, guaranteed.bonds_and_renewals),
        (guaranteeing.sham_defaults, guaranteed.flooded_county),
        (guaranteeing.own_lending, guaranteed.recovered_money),
    ),
    "pawn": (
        (pawning.borrowing_from_people, licensed.late_redemptions),
        (pawning.same_item, pawned.renewed_and_pawned_again),
        (pawning.generous_valuations, pawned.antiques),
        (pawning.one_payer_redeems, pawned.attorney_redeems),
        (pawning.over_limits, pawned.fee_by_the_ticket),
        (pawning.phantom_tickets, pawned.cash_shop),
    ),
}


def programme(persons: int) -> tuple[str, ...]:
    """Return the difficulties that each scheme is planted in: all three from 800 holders on, more in larger cities."""
    return ("blatant",) if persons < 800 else DIFFICULTIES * max(1, persons // 3000)


def _plant_banks(world: World, persons: int) -> None:
    for scheme, look_alikes in SCHEMES:
        for number, difficulty in enumerate(programme(persons)):
            scheme(world, difficulty)
            look_alikes[number % len(look_alikes)](world, difficulty)
    for look_alikes in BYSTANDERS:
        for number, difficulty in enumerate(programme(persons)):
            look_alikes[number % len(look_alikes)](world, difficulty)


def _plant_lenders(world: World, lenders: dict[str, list[Lender]]) -> None:
    """The first half of each sector's firms misbehave, the second half only look like it."""
    for sector, pairs in LENDER_SCHEMES.items():
        found = lenders[sector]
        half = len(found) // 2
        for place in range(half):
            for order, (scheme, look_alike) in enumerate(pairs):
                # A firm that is blatant in one thing is less so in the other.
                difficulty = DIFFICULTIES[(place + order * (half > 1)) % len(DIFFICULTIES)]
                scheme(world, found[place], difficulty)
                look_alike(world, found[half + place], difficulty)


def build(
    *, seed: int, persons: int, days: int, last_day: date, pace: Pace = Pace.QUICK
) -> tuple[World, dict[str, list[Lender]]]:
    """Make the city: inhabitants, firms, parts to play, ordinary life of all, and the tidying of balances.

    ``pace`` is how fast its layering and cash-out schemes hand money on.
    """
    rng = np.random.default_rng([seed, persons, days])
    world = World(rng, Calendar.ending(last_day, days), Register(), Book(), Journal(rng), pace=pace)
    firms.found_bodies(world)
    people.settle(world, persons)
    firms.found(world, persons)
    lenders = found_lenders(world, persons)
    _plant_banks(world, persons)
    _plant_lenders(world, lenders)
    if len(programme(persons)) > 1:
        lapsing.plant_gap(world, np.random.default_rng([seed, persons, days, 1]))
    size = max(12, persons // 60)
    for lender in lenders["micro_loan"]:
        micro_loan.run_book(world, lender, size)
    for lender in lenders["guarantee"]:
        guarantee.run_book(world, lender, size // 2 + 2)
    for lender in lenders["pawn"]:
        pawn.run_book(world, lender, size)
    everyday.live(world)
    commerce.trade(world)
    spared = {account for group in lenders.values() for firm in group for account in (firm.basic, firm.special)}
    # Whoever plays a part keeps no idle money of the pool and gets none from products.
    cast = {party for subject in world.subjects for party in subject.parties}
    spared.update(world.group_accounts(cast))
    purses.hand_to_mouth(world)
    purses.empty_tills(world)
    purses.tidy(world, frozenset(spared))
    return world, lenders

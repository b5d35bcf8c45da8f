"""Channels and hours: one distribution for everybody, so that neither tells who is who."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Channel(IntEnum):
    """By what way an entry was made; the value indexes ``CHANNEL_NAMES``."""

    MOBILE = 0
    ONLINE = 1
    COUNTER = 2
    ATM = 3
    QUICK = 4
    BATCH = 5
    POS = 6
    SYSTEM = 7


CHANNEL_NAMES = ("手机银行", "网上银行", "柜面", "ATM", "快捷支付", "批量", "POS", "系统")


class Manner(IntEnum):
    """A habit of paying: a mixture of channels."""

    PERSON = 0
    FIRM = 1
    WALLET = 2
    BATCH = 3
    CASH_IN = 4
    CASH_OUT = 5
    SYSTEM = 6
    COUNTER = 7
    PHONE = 8


_MIXTURES: dict[Manner, tuple[tuple[Channel, float], ...]] = {
    Manner.PERSON: (
        (Channel.MOBILE, 0.62),
        (Channel.ONLINE, 0.08),
        (Channel.COUNTER, 0.09),
        (Channel.ATM, 0.06),
        (Channel.QUICK, 0.12),
        (Channel.POS, 0.03),
    ),
    Manner.FIRM: ((Channel.ONLINE, 0.15), (Channel.MOBILE, 0.45), (Channel.COUNTER, 0.10), (Channel.BATCH, 0.30)),
    Manner.WALLET: ((Channel.QUICK, 0.80), (Channel.POS, 0.20)),
    Manner.BATCH: ((Channel.BATCH, 1.0),),
    Manner.CASH_IN: ((Channel.COUNTER, 0.55), (Channel.ATM, 0.45)),
    Manner.CASH_OUT: ((Channel.ATM, 0.62), (Channel.COUNTER, 0.38)),
    Manner.SYSTEM: ((Channel.SYSTEM, 1.0),),
    Manner.COUNTER: ((Channel.COUNTER, 1.0),),
    Manner.PHONE: ((Channel.MOBILE, 0.9), (Channel.ONLINE, 0.1)),
}
_DAYLIGHT = (0.4, 0.2, 0.1, 0.1, 0.1, 0.3, 1, 2, 4, 6, 7, 6.5, 5.5, 5, 6, 6.5, 6.5, 6, 5, 5, 5, 4, 2.5, 1)
_OFFICE = (0, 0, 0, 0, 0, 0, 0, 0.2, 3, 9, 10, 8, 4, 4, 8, 9, 8, 4, 0, 0, 0, 0, 0, 0)
_NIGHT_RUN = (0, 1, 2, 2, 2, 1, 0.5, 0.5, 2, 5, 5, 4, 2, 2, 4, 5, 4, 2, 1, 1, 0.5, 0.5, 0.5, 0)
_SYSTEM_RUN = (3, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3)
_HOURS: dict[Channel, tuple[float, ...]] = {
    Channel.MOBILE: _DAYLIGHT,
    Channel.ONLINE: tuple((a + b) / 2 for a, b in zip(_DAYLIGHT, _OFFICE, strict=True)),
    Channel.COUNTER: _OFFICE,
    Channel.ATM: tuple(value if hour >= 7 else 0.0 for hour, value in enumerate(_DAYLIGHT)),
    Channel.QUICK: _DAYLIGHT,
    Channel.BATCH: _NIGHT_RUN,
    Channel.POS: tuple(value if 8 <= hour <= 22 else 0.0 for hour, value in enumerate(_DAYLIGHT)),
    Channel.SYSTEM: _SYSTEM_RUN,
}


def draw(rng: np.random.Generator, manners: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return channel and second of the day (0–86,399) for each manner of paying."""
    channels = np.zeros(len(manners), dtype=np.int64)
    for manner, mixture in _MIXTURES.items():
        where = np.flatnonzero(manners == manner)
        if len(where):
            choices = np.array([int(channel) for channel, _ in mixture])
            weights = np.array([weight for _, weight in mixture])
            channels[where] = choices[rng.choice(len(choices), len(where), p=weights / weights.sum())]
    seconds = np.zeros(len(manners), dtype=np.int64)
    for channel, hours in _HOURS.items():
        where = np.flatnonzero(channels == channel)
        if len(where):
            weights = np.array(hours)
            hour = rng.choice(24, len(where), p=weights / weights.sum())
            seconds[where] = hour * 3600 + rng.integers(0, 3600, len(where))
    return channels, seconds

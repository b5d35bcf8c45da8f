"""An installation opened for a notebook: pandas frames, pseudonyms in place of people, nothing written.

A notebook looks and tries; what nights do comes from commands and files, never from here.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Self

import pandas as pd
from duckdb import ColumnExpression, ConstantExpression

from detectors import features, scoring
from fundwatch.domain.errors import ConfigurationError
from fundwatch.domain.hits import Hit
from fundwatch.domain.keys import date_of, day_number
from fundwatch.domain.review import Disposition
from fundwatch.domain.tracing.moves import Direction, Method, Terms
from fundwatch.store.data_model import CANONICAL
from fundwatch.store.operations import history, ledger, queue
from fundwatch.store.operations.conclusions import last_conclusions
from fundwatch.store.operations.database import reading
from fundwatch.store.schema import relation
from fundwatch.store.warehouse import open_manifest
from pipelines import models, tracing
from pipelines.backtest import backtest
from pipelines.backtest_words import as_json
from pipelines.comparing import Change
from pipelines.installation import Installation, settings_of_environment
from pipelines.past import Question
from pipelines.pseudonyms import Pseudonyms
from pipelines.tradeoff import tradeoff
from rules.running import run_rule

Day = date | str
_CLEARED = frozenset({Disposition.NORMAL_BUSINESS})
_UNDECIDED = frozenset({Disposition.KEEP_WATCHING, Disposition.DATA_PROBLEM})
_SHIFTED = ("day", "first_day", "last_day", "window_from", "window_to", "as_of_day")


class Notebook:
    """One data home as a notebook sees it: the head manifest and the queue as they are when it is opened."""

    def __init__(self, home: str | Path | None = None, *, pseudonyms: bool = True) -> None:
        """Open ``home`` (default: FUNDWATCH_HOME); ``pseudonyms=False`` shows people as they are.

        Pseudonyms differ from one opening to the next.
        """
        settings = settings_of_environment()
        if home is not None:
            folder = Path(home).expanduser().absolute()
            url = f"sqlite:///{folder / 'operations.sqlite'}"
            settings = replace(settings, home=folder, database_url=url, keys=folder / "keys")
        if not settings.lake.is_dir():
            raise ConfigurationError(
                f"{settings.home} 中没有数据，请先运行 fundwatch demo 或 fundwatch nightly。",
                f"there are no data in {settings.home}; run fundwatch demo or fundwatch nightly first.",
                code="K301",
            )
        self._open = ExitStack()
        self.installation = self._open.enter_context(Installation.open(settings))
        with reading(self.installation.operations) as connection:
            self._manifest = history.head(connection)
        self._relations = open_manifest(settings, self._manifest)
        self._open.callback(self._relations.close)
        self.pseudonyms = Pseudonyms(secrets.token_bytes(32)) if pseudonyms else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened."""
        self._open.close()

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day of the transfers."""
        (found,) = self._relations.execute("SELECT min(day), max(day) FROM transfers").fetchall()
        if found[0] is None:
            raise ConfigurationError("尚无流水。", "there are no entries yet.", code="K302")
        return date_of(found[0]), date_of(found[1])

    def extracts(self) -> pd.DataFrame:
        """Return one row per batch: who sent it, under which contract, rows read, accepted, quarantined, days."""
        with reading(self.installation.operations) as connection:
            batches = ledger.list_batches(connection)
        kept = (
            "batch",
            "institution",
            "contract",
            "state",
            "quality",
            "rows_read",
            "rows_accepted",
            "rows_quarantined",
        )
        frame = pd.DataFrame([{name: getattr(one, name) for name in kept} for one in batches], columns=list(kept))
        days = pd.DataFrame([{"first_day": one.first_day, "last_day": one.last_day} for one in batches])
        return _dated(pd.concat([frame, days], axis=1))

    def table(
        self, name: str, from_day: Day | None = None, to_day: Day | None = None, *, limit: int = 500_000
    ) -> pd.DataFrame:
        """Return rows of one relation of docs/data-model.md, of some days where it has days; money is in fen."""
        columns = relation(name).names
        own = next((one.order for one in CANONICAL if one.name == name), ())
        axis = next((one for one in (*own, "day", "booked_day") if one in columns and one.endswith("day")), None)
        rows = self._relations.view(name)
        for bound, sign in ((from_day, ">="), (to_day, "<=")):
            if bound is not None and axis is not None:
                number = ConstantExpression(day_number(_day(bound)))
                column = ColumnExpression(axis)
                rows = rows.filter(column >= number if sign == ">=" else column <= number)
        return self._shown(rows.limit(limit).df())

    def rule(self, rule_id: str, on: Day | None = None) -> pd.DataFrame:
        """Return the parameters of a rule: value in force on a day (default: the last), unit, bounds and reason."""
        entry = self.installation.rules.entry(rule_id)
        now = self.installation.tuning.effective(entry, day_number(_day(on) if on else self.days[1]))
        rows = [
            {"parameter": one.name, "value": now[one.name], "unit": one.unit, "min": one.minimum, "max": one.maximum,
             "why": one.why}
            for one in entry.parameters.values()
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def hits(self, rule_id: str, from_day: Day, to_day: Day, **values: Any) -> pd.DataFrame:
        """Return the hits of a rule with its measures, a row each, under other values of parameters if named."""
        rule = self.installation.rules.rule(rule_id)
        tuning = self.installation.tuning.overriding(rule, values) if values else self.installation.tuning
        days = day_number(_day(from_day)), day_number(_day(to_day))
        found = run_rule(rule, self._relations, *days, tuning, evidence=False).hits
        return _dated(pd.DataFrame([self._hit(hit) for hit in found]))

    def tradeoff(self, rule_id: str, parameter: str, values: Sequence[Any], from_day: Day, to_day: Day) -> pd.DataFrame:
        """Return, for each value of a parameter, hits and subjects, and how many of those the office decided on."""
        days = day_number(_day(from_day)), day_number(_day(to_day))
        rule = self.installation.rules.rule(rule_id)
        labels = self._labels()
        return pd.DataFrame(tradeoff(rule, self.installation.tuning, self._relations, parameter, values, days, labels))

    def backtest(self, rule_id: str, from_day: Day, to_day: Day, **values: Any) -> pd.DataFrame:
        """Return the alerts that would be gained, lost or changed; ``attrs`` holds the summary."""
        change = Change(rule_id, {name: str(value) for name, value in values.items()})
        question = Question(change, _day(from_day), _day(to_day))
        told = as_json(backtest(self.installation, question))
        frame = pd.DataFrame(told["rows"])
        if not frame.empty:
            frame["subject"] = [self._subject(int(one, 16)) for one in frame["subject"]]
            frame = frame.drop(columns=["subject_ids"]) if self.pseudonyms else frame
        frame.attrs["summary"] = told["summary"]
        return frame

    def propose_command(self, rule_id: str, *, author: str, reason: str, from_day: Day, **values: Any) -> str:
        """Return the one command that proposes a tuning; it holds after a second person's approval."""
        sets = [part for name, value in values.items() for part in ("--set", f"{name}={value}")]
        words = ["fundwatch", "rules", "propose", rule_id, *sets, "--author", author, "--reason", reason]
        return shlex.join([*words, "--from", _day(from_day).isoformat()])

    def alerts(self) -> pd.DataFrame:
        """Return the queue, the highest score first: id, score, level, state, typologies, subject, disposition."""
        rows = [
            {
                "alert_id": head.alert_id,
                "score": head.score,
                "level": head.level,
                "state": head.state,
                "typologies": " ".join(sorted({one["code"] for one in head.content["alert"]["standings"]})),
                "first_seen": pd.Timestamp(head.first_seen),
                "as_of": pd.Timestamp(head.as_of),
                "subject": self._subject(int(head.content["alert"]["subject"]["key"], 16)),
                "disposition": disposition.value if disposition else None,
            }
            for head, disposition in self._heads()
        ]
        return pd.DataFrame(rows)

    def evidence(self, alert_id: str) -> pd.DataFrame:
        """Return the supporting records of an alert, a row each."""
        with reading(self.installation.operations) as connection:
            head = queue.get(connection, alert_id)
        rows = [
            {name: " ".join(map(str, value)) if isinstance(value, list) else value for name, value in one.items()}
            for one in head.content["evidence"]
        ]
        return self._shown(pd.DataFrame(rows))

    def features(self, as_of: Day) -> pd.DataFrame:
        """Return the detector's features on a day with score and percentile among peers, a row per subject."""
        frame = features.compute(self._relations, day_number(_day(as_of)))
        model = models.load_in_force(self.installation.settings)
        told = pd.DataFrame(frame.to_dict(as_series=False))
        if model is not None:
            ranked = scoring.score(model, frame)
            told["score"] = ranked["score"].to_numpy()
            told["percentile"] = ranked["percentile"].to_numpy()
        told.insert(0, "subject", [self._subject(int(group)) for group in told.pop("group_key")])
        return _dated(told)

    def labels(self) -> pd.DataFrame:
        """Return the subjects that the office decided on: ``label`` True (followed up) or False (normal business).

        Alerts not yet decided, watched, or closed as a data problem have no label: not reviewed is not innocent.
        """
        rows = [{"subject": self._subject(group), "label": label} for group, label in sorted(self._labels().items())]
        return pd.DataFrame(rows, columns=["subject", "label"]).astype({"label": bool})

    def trace(self, start: str, *, hops: int = 3, method: str = "fifo", forward: bool = True) -> pd.DataFrame:
        """Return the edges of a trace (amounts in fen): hop, payer, payee, amount, transfers, first and last day."""
        way = Direction.FORWARD if forward else Direction.BACKWARD
        asked = Terms(way, Method(method), hops, 100_000)
        report = tracing.trace(self.installation, start, [asked], None, None)
        rows = []
        for edge in report.traces[0].edges:
            near, far = self._party(edge.source), self._party(edge.target)
            first, last = (pd.Timestamp(date_of(day)) for day in edge.days)
            rows.append(
                {
                    "hop": edge.source.hop + 1,
                    "payer": near if forward else far,
                    "payee": far if forward else near,
                    "amount": edge.amount,
                    "transfers": len(edge.moves),
                    "first": first,
                    "last": last,
                }
            )
        return pd.DataFrame(rows).sort_values(["hop", "amount"], ascending=[True, False], ignore_index=True)

    def _heads(self) -> list[tuple[queue.Alert, Disposition | None]]:
        with reading(self.installation.operations) as connection:
            heads = queue.ranked(connection)
            concluded = last_conclusions(connection, [head.alert_id for head in heads])
        return [(head, Disposition(concluded[head.alert_id]) if head.alert_id in concluded else None) for head in heads]

    def _labels(self) -> dict[int, bool]:
        """Return the decided subjects (group keys); a subject that was ever followed up is True."""
        labels: dict[int, bool] = {}
        for head, disposition in self._heads():
            if disposition is None or disposition in _UNDECIDED:
                continue
            group = int(head.content["alert"]["subject"]["key"], 16)
            labels[group] = labels.get(group, False) or disposition not in _CLEARED
        return labels

    def _hit(self, hit: Hit) -> Mapping[str, Any]:
        measures = {one.name: one.value for one in hit.measures}
        head = {"subject": self._subject(hit.subject.key), "window_from": hit.window_from, "window_to": hit.window_to}
        return head | {"severity": hit.severity.value, "strength": hit.strength} | measures

    def _party(self, node: Any) -> str:
        if node.kind != "party":
            return str(node.kind)
        return self.pseudonyms.of("当事人", node.party) if self.pseudonyms else f"{node.party:015x}"

    def _subject(self, group: int) -> str:
        return self.pseudonyms.subject(group) if self.pseudonyms else f"{group:015x}"

    def _shown(self, frame: pd.DataFrame) -> pd.DataFrame:
        return _dated(self.pseudonyms.applied(frame) if self.pseudonyms else frame)


def _day(day: Day) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its day numbers as dates."""
    shown = {
        name: pd.to_datetime(frame[name], unit="D", origin="unix")
        for name in _SHIFTED
        if name in frame.columns and not frame[name].isna().all()
    }
    return frame.assign(**shown)

"""What banks deliver: 34-column query results as CSV, or canonical Parquet, from one table of rows."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import polars as pl

from fundwatch.city.accounts import BANKS
from fundwatch.city.clock import CHANNEL_NAMES, Channel
from fundwatch.city.journal import Entries, Ints, Pool, Status
from fundwatch.city.legs import Legs
from fundwatch.city.world import World

COLUMNS = (
    "交易卡号",
    "交易账号",
    "账户开户名称",
    "开户人证件号码",
    "交易时间",
    "交易金额",
    "交易余额",
    "收付标志",
    "交易对手账卡号",
    "现金标志",
    "对手户名",
    "对手身份证号",
    "对手开户银行",
    "摘要说明",
    "交易币种",
    "交易网点名称",
    "交易网点代码",
    "交易发生地",
    "交易是否成功",
    "传票号",
    "终端号",
    "IP地址",
    "MAC地址",
    "对手交易余额",
    "交易流水号",
    "日志号",
    "凭证种类",
    "凭证号",
    "交易柜员号",
    "商户名称",
    "商户号",
    "备注",
    "交易类型",
    "查询反馈结果原因",
)
_KINDS = {
    "代发工资": "代发",
    "养老金": "代发",
    "财政拨款": "代发",
    "消费": "消费",
    "提现": "转账",
    "取现": "取现",
    "存现": "存现",
    "结息": "结息",
    "短信服务费": "收费",
    "手续费": "收费",
    "代扣": "代扣",
    "放款": "贷款发放",
    "贷款还款": "贷款还款",
    "理财申购": "理财",
    "赎回": "理财",
}
_SIGHTED = (Channel.MOBILE, Channel.ONLINE)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one bank as a frame of plain columns (money in fen, ``at`` in seconds, booleans)."""

    bank: int
    frame: pl.DataFrame


def yuan_column(name: str) -> pl.Expr:
    """Return fen of a column as text in yuan with two decimals."""
    fen = pl.col(name)
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    cents = (fen.abs() % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str([sign, (fen.abs() // 100).cast(pl.String), pl.lit("."), cents]).alias(name)


def _gather(texts: list[str], where: Ints) -> pl.Series:
    return pl.Series(texts, dtype=pl.String).gather(pl.Series(where))


def _devices(world: World) -> tuple[list[str], list[str]]:
    """Return a MAC and an IP for each party; half a dozen neighbours share an IP behind one gateway."""
    count = len(world.register.parties)
    words = world.rng.integers(0, 256, (count, 5))
    macs = ["3C-" + "-".join(f"{word:02X}" for word in row) for row in words]
    gates = world.rng.integers(1, 255, (count // 6 + 1, 2))
    ips = [f"117.{gates[index // 6][0] % 64 + 32}.{gates[index // 6][1]}.{index % 6 + 11}" for index in range(count)]
    return macs, ips


def _branches(world: World) -> tuple[list[str], list[str]]:
    """Return code and name of each account's branch; empty for the two counters that are no accounts."""
    held = [(BANKS[account.bank], account.branch) if account.bank >= 0 else None for account in world.book.accounts]
    codes = [f"{at[0].cnaps[:3]}8{at[1]:02d}" if at else "" for at in held]
    return codes, [f"{at[0].name}第{at[1]}支行" if at else "" for at in held]


def rows_of(world: World, entries: Entries, legs: Legs) -> dict[int, Rows]:
    """Return the rows of each reporting bank, in file order."""
    accounts, parties = world.book.accounts, world.register.parties
    rng = world.rng
    ids = [parties[account.party].number if account.party >= 0 else "" for account in accounts]
    bank_names = [BANKS[account.bank].name if account.bank >= 0 else "" for account in accounts]
    macs, ips = _devices(world)
    party_of = np.array([account.party for account in accounts], dtype=np.int64)
    bank_of = np.array([account.bank for account in accounts], dtype=np.int64)
    entry = legs.entry
    channel = entries.channel[entry]
    sighted = np.isin(channel, _SIGHTED) & (legs.incoming == 0)
    near = bank_of[legs.other] == legs.bank
    cards = [account.shown for account in accounts]
    numbers = [account.number for account in accounts]
    by_card = rng.random(len(legs)) < 0.75
    merchants = [*(text.split("|") for text in world.merchants.texts)]
    merchants[0] = ["", ""]
    merchant = entries.merchant[entry]
    codes, places = _branches(world)
    summaries = world.journal.summaries
    kinds = Pool([_KINDS.get(text, "转账") for text in summaries.texts])
    frame = pl.DataFrame(
        {
            "card": _gather([account.card for account in accounts], legs.own),
            "account": _gather(numbers, legs.own),
            "account_name": _gather([account.name for account in accounts], legs.own),
            "holder_id": _gather(ids, legs.own),
            "at": legs.at,
            "amount": legs.amount,
            "balance": legs.balance,
            "incoming": legs.incoming == 1,
            "counterparty": pl.select(
                pl.when(pl.Series(by_card)).then(_gather(cards, legs.other)).otherwise(_gather(numbers, legs.other))
            ).to_series(),
            "cash": legs.other == 0,
            "counterparty_name": _gather([account.name for account in accounts], legs.other),
            "counterparty_id": _gather(["", *ids], np.where(near, legs.other + 1, 0)),
            "counterparty_bank": _gather(bank_names, legs.other),
            "summary": _gather(summaries.texts, entries.summary[entry]),
            "remark": _gather(world.journal.remarks.texts, entries.remark[entry]),
            "kind": _gather(kinds.texts, entries.summary[entry]),
            "channel": _gather(list(CHANNEL_NAMES), channel),
            "branch": _gather(places, legs.own),
            "branch_code": _gather(codes, legs.own),
            "ip": _gather(["", *ips], np.where(sighted, party_of[legs.own] + 1, 0)),
            "mac": _gather(["", *macs], np.where(sighted, party_of[legs.own] + 1, 0)),
            "serial": legs.serial,
            "teller": _gather(
                ["", *(f"{number:04d}" for number in range(1, 40))],
                np.where(channel == Channel.COUNTER, rng.integers(1, 40, len(legs)), 0),
            ),
            "merchant_name": _gather([name for name, _ in merchants], merchant),
            "merchant_no": _gather([number for _, number in merchants], merchant),
            "failed": legs.failed == 1,
            "undone": (entries.status[entry] == Status.REVERSED) & (legs.amount < 0),
            "tag": entries.tag[entry],
            "bank": legs.bank,
        }
    )
    return {
        bank.index: Rows(bank.index, frame.filter(pl.col("bank") == bank.index)) for bank in BANKS if bank.institution
    }


def as_34_columns(frame: pl.DataFrame, *, incoming: str, outgoing: str, currency: str) -> pl.DataFrame:
    """Return the rows as the 34 text columns of a query result; the marks are the bank's own words."""
    stamp = pl.from_epoch("at", time_unit="s").dt.strftime("%Y-%m-%d %H:%M:%S")
    day = pl.from_epoch("at", time_unit="s").dt.strftime("%Y%m%d")
    serial = pl.col("serial").cast(pl.String).str.zfill(9)
    empty = pl.lit("")
    marked = pl.when(pl.col("incoming")).then(pl.lit(incoming)).otherwise(pl.lit(outgoing))
    values = (
        pl.col("card"),
        pl.col("account"),
        pl.col("account_name"),
        pl.col("holder_id"),
        stamp,
        yuan_column("amount"),
        yuan_column("balance"),
        marked,
        pl.col("counterparty"),
        pl.when(pl.col("cash")).then(pl.lit("现金")).otherwise(pl.lit("转账")),
        pl.col("counterparty_name"),
        pl.col("counterparty_id"),
        pl.col("counterparty_bank"),
        pl.when(pl.col("undone")).then(pl.lit("冲正")).otherwise(pl.col("summary")),
        pl.lit(currency),
        pl.col("branch"),
        pl.col("branch_code"),
        pl.lit("临州市"),
        pl.when(pl.col("failed")).then(pl.lit("失败")).otherwise(pl.lit("成功")),
        empty,
        pl.col("channel"),
        pl.col("ip"),
        pl.col("mac"),
        empty,
        pl.concat_str([day, serial]),
        pl.concat_str([pl.lit("L"), serial]),
        empty,
        empty,
        pl.col("teller"),
        pl.col("merchant_name"),
        pl.col("merchant_no"),
        pl.col("remark"),
        pl.col("kind"),
        empty,
    )
    return frame.select(value.alias(name) for name, value in zip(COLUMNS, values, strict=True))


def as_canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in the column names of the canonical table: fen, absolute direction, reversals turned round."""
    day = pl.from_epoch("at", time_unit="s").dt.strftime("%Y%m%d")
    incoming = pl.col("incoming") ^ pl.col("undone")
    canonical = frame.select(
        pl.col("account"),
        pl.col("card"),
        pl.col("account_name"),
        pl.col("holder_id").alias("holder_identity"),
        pl.from_epoch("at", time_unit="s").alias("booked_at"),
        pl.col("amount").abs().alias("amount"),
        pl.lit("CNY").alias("currency"),
        pl.when(incoming).then(pl.lit("in")).otherwise(pl.lit("out")).alias("direction"),
        pl.col("balance"),
        pl.col("cash").alias("is_cash"),
        pl.col("counterparty").alias("counterparty_account"),
        pl.col("counterparty_name"),
        pl.col("counterparty_id").alias("counterparty_identity"),
        pl.col("counterparty_bank"),
        pl.when(pl.col("undone")).then(pl.lit("冲正")).otherwise(pl.col("summary")).alias("summary"),
        pl.col("remark"),
        pl.col("kind").alias("transaction_type"),
        pl.col("channel"),
        pl.col("branch").alias("branch_name"),
        pl.col("branch_code"),
        (~pl.col("failed")).alias("succeeded"),
        pl.col("undone").alias("is_reversal"),
        pl.concat_str([day, pl.col("serial").cast(pl.String).str.zfill(9)]).alias("serial"),
        pl.col("teller"),
        pl.col("ip"),
        pl.col("mac"),
        pl.col("merchant_name"),
        pl.col("merchant_no"),
    )
    return canonical.with_columns(_blank_as_null())


def _blank_as_null() -> pl.Expr:
    texts = pl.col(pl.String)
    return pl.when(texts != "").then(texts).name.keep()


def csv_bytes(frame: pl.DataFrame, encoding: str) -> bytes:
    """Return the frame as CSV with CRLF line ends; ``utf-8-sig`` writes a byte order mark."""
    buffer = io.BytesIO()
    frame.with_columns(_blank_as_null()).write_csv(buffer, line_terminator="\r\n")
    return buffer.getvalue().decode("utf-8").encode(encoding)

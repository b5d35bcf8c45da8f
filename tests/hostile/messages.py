"""XML: entities, depth, sizes, spaces of names, other messages, and entries that lack something."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.cases import Case, kept_out, of_text, refused, taken
from tests.hostile.sample import ROWS

_SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def entry(row: tuple[str, ...], *, more: str = "", without: str = "") -> str:
    """Return an entry of the sample; ``without`` names a part that it lacks."""
    parts = {
        "Amt": f'<Amt Ccy="CNY">{row[2]}</Amt>',
        "CdtDbtInd": f"<CdtDbtInd>{'CRDT' if row[4] == '贷' else 'DBIT'}</CdtDbtInd>",
        "Sts": "<Sts><Cd>BOOK</Cd></Sts>",
        "BookgDt": f"<BookgDt><DtTm>{row[1].replace(' ', 'T')}</DtTm></BookgDt>",
        "AcctSvcrRef": f"<AcctSvcrRef>{row[9]}</AcctSvcrRef>",
        "more": more,
    }
    return f"<Ntry>{''.join(text for name, text in parts.items() if name != without)}</Ntry>"


def message(
    entries: str | None = None, *, head: str = '<?xml version="1.0" encoding="UTF-8"?>', before: str = ""
) -> str:
    """Return a whole message."""
    body = "".join(map(entry, ROWS)) if entries is None else entries
    account = f"<Acct><Id><Othr><Id>{ROWS[0][0]}</Id></Othr></Id></Acct>"
    return (
        f'{head}{before}<Document xmlns="{_SPACE}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>'
        f"<Stmt>{account}{body}</Stmt></BkToCstmrStmt></Document>"
    )


_WHOLE = message()
_LAUGHS = (
    "<!DOCTYPE lolz [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + place)} '{f'&{chr(97 + place)};' * 10}'>" for place in range(9))
    + "]>"
)


def _spoiled(place: int, old: str, new: str) -> str:
    """Return the message with something changed in one entry."""
    entries = [entry(row) for row in ROWS]
    assert old in entries[place]
    entries[place] = entries[place].replace(old, new)
    return message("".join(entries))


def _doctypes() -> Iterator[Case]:
    for name, doctype in {
        "a billion laughs": _LAUGHS,
        "an external entity": "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "an entity from the network": "<!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1:9/x'>]>",
        "a parameter entity": "<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]>",
        "a document type alone": "<!DOCTYPE Document>",
        "an external document type": "<!DOCTYPE Document SYSTEM 'http://127.0.0.1:9/x.dtd'>",
        "a quadratic blow-up": f"<!DOCTYPE a [<!ENTITY x '{'x' * 50_000}'>]>",
    }.items():
        yield refused(name, of_text(message(before=doctype), "a.xml"), "R026")
    yield refused("an entity that nobody declared", of_text(_spoiled(3, ROWS[3][9], "&unknown;"), "a.xml"), "R025")
    laughs = message(before=_LAUGHS).replace("UTF-8", "UTF-16").encode("utf-16")
    yield refused("laughs in utf-16", of_text(laughs.decode("utf-16"), "a.xml", "utf-16"), "R026")


def _shapes() -> Iterator[Case]:
    deep = message(entry(ROWS[0], more="<a>" * 200 + "</a>" * 200))
    yield refused("nested 200 deep", of_text(deep, "a.xml"), "R025")
    yield refused("nested 100,000 deep", of_text(message("<a>" * 100_000), "a.xml"), "R025")
    yield taken(
        "an attribute of a million signs",
        of_text(message().replace("<Ntry>", f'<Ntry a="{"x" * 1_000_000}">', 1), "a.xml"),
    )
    many = " ".join(f'a{place}="1"' for place in range(20_000))
    yield taken("20,000 attributes", of_text(message().replace("<Ntry>", f"<Ntry {many}>", 1), "a.xml"))
    yield refused(
        "a text of 40,000 signs",
        of_text(message(entry(ROWS[0], more=f"<AddtlNtryInf>{'x' * 40_000}</AddtlNtryInf>")), "a.xml"),
        "R025",
    )
    yield refused(
        "a doubled attribute", of_text(message().replace('Ccy="CNY"', 'Ccy="CNY" Ccy="USD"', 1), "a.xml"), "R025"
    )
    yield taken(
        "comments and instructions", of_text(message().replace("<Ntry>", "<!-- x --><?php echo 1 ?><Ntry>"), "a.xml")
    )
    yield taken("character data sections", of_text(message().replace(">CRDT<", "><![CDATA[CRDT]]><"), "a.xml"))
    yield taken("another space of names", of_text(message().replace(_SPACE, "urn:example:none"), "a.xml"))
    yield taken("no space of names", of_text(message().replace(f' xmlns="{_SPACE}"', ""), "a.xml"))
    yield refused(
        "a prefix that nobody declared",
        of_text(message().replace("<Document ", "<x:Documents ").replace("</Document>", "</x:Documents>"), "a.xml"),
        "R028",
    )
    yield refused("no entries", of_text(message(""), "a.xml"), "R001")
    yield refused("two roots", of_text(_WHOLE + _WHOLE.split("?>", 1)[1], "a.xml"), "R025")
    yield refused("text behind its end", of_text(_WHOLE + "rubbish", "a.xml"), "R025")
    yield taken("white space around it", of_text(_WHOLE + "\n\n  \n", "a.xml"))
    for share in (2, 4, 6, 8, 9):
        yield refused(f"cut at {share} tenths", of_text(_WHOLE[: len(_WHOLE) * share // 10], "a.xml"), "R025")
    yield refused("cut before its last sign", of_text(_WHOLE[:-1], "a.xml"), "R025")
    yield refused("cut behind its first sign", of_text("<", "a.xml"), "B050")
    details = "<NtryDtls>" + "<TxDtls><Refs><EndToEndId>x</EndToEndId></Refs></TxDtls>" * 30_000 + "</NtryDtls>"
    yield taken(
        "an entry of 30,000 transactions that say no amount",
        of_text(message("".join([entry(ROWS[0], more=details), *map(entry, ROWS[1:])])), "a.xml"),
    )
    huge = "<NtryDtls>" + "<a/>" * 1_000_100 + "</NtryDtls>"
    yield refused("an entry of a million elements", of_text(message(entry(ROWS[0], more=huge)), "a.xml"), "R025")


def _encodings() -> Iterator[Case]:
    yield refused(
        "a declared encoding that it is not in",
        of_text(message(entry(ROWS[0], more="<AddtlNtryInf>货款</AddtlNtryInf>")), "a.xml", "gb18030"),
        "R025",
    )
    for name in ("EBCDIC-CP-US", "UTF-7", "x-user-defined"):
        yield refused(f"declared as {name}", of_text(_WHOLE.replace("UTF-8", name, 1), "a.xml"), "R025")
    yield taken("in utf-16", of_text(_WHOLE.replace("UTF-8", "UTF-16", 1), "a.xml", "utf-16"))
    yield taken("in GBK", of_text(message(head='<?xml version="1.0" encoding="GBK"?>'), "a.xml", "gb18030"))
    yield refused("a NUL within", of_text(_spoiled(3, ROWS[3][9], "S\x00"), "a.xml"), "R025")
    yield refused("a control character within", of_text(_spoiled(3, ROWS[3][9], "S\x01"), "a.xml"), "R025")
    yield refused(
        "half a character",
        of_text(message(entry(ROWS[0], more="<AddtlNtryInf>\udce8\udcb4</AddtlNtryInf>")), "a.xml"),
        "R025",
    )
    yield refused("a half of a pair by number", of_text(_spoiled(3, ROWS[3][9], "&#xD800;"), "a.xml"), "R025")
    yield taken(
        "an escape by number that is no sign of XML",
        of_text(_spoiled(3, "<AcctSvcrRef>S0003", "<AcctSvcrRef>&#x53;0003"), "a.xml"),
    )


def _lacking() -> Iterator[Case]:
    def without(part: str) -> str:
        return message("".join(entry(row, without=part if place == 3 else "") for place, row in enumerate(ROWS)))

    yield kept_out("an entry without an amount", of_text(without("Amt"), "a.xml"), ("F001", 5, "E"), ("F001", 5, "D"))
    yield kept_out("an entry without its sign", of_text(without("CdtDbtInd"), "a.xml"), ("F001", 5, "F"))
    yield kept_out("an entry without a day", of_text(without("BookgDt"), "a.xml"), ("F001", 5, "I"))
    yield kept_out("an amount without a currency", of_text(_spoiled(3, ' Ccy="CNY"', ""), "a.xml"), ("F001", 5, "D"))
    yield kept_out("an amount that is none", of_text(_spoiled(3, ROWS[3][2], "1e2"), "a.xml"), ("F002", 5, "E"))
    yield kept_out("an amount in full", of_text(_spoiled(3, ROWS[3][2], "壹佰"), "a.xml"), ("F002", 5, "E"))
    yield kept_out("a day that is none", of_text(_spoiled(3, "2024-07-01T", "2024-07-41T"), "a.xml"), ("F005", 5, "I"))
    yield kept_out("an unknown sign", of_text(_spoiled(3, ">DBIT<", ">BOTH<"), "a.xml"), ("F008", 5, "F"))
    batch = "<NtryDtls>" + "<TxDtls><Amt Ccy='CNY'>1.00</Amt></TxDtls>" * 3 + "</NtryDtls>"
    entries = "".join(entry(row, more=batch if place == 3 else "") for place, row in enumerate(ROWS))
    yield taken("a batch that does not add up is one entry", of_text(message(entries), "a.xml"))
    balances = (
        "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy='CNY'>{}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
    )
    wrong = balances.format("OPBD", "1.00") + balances.format("CLBD", "2.00")
    yield refused(
        "balances that the entries do not lead to", of_text(message(wrong + "".join(map(entry, ROWS))), "a.xml"), "B034"
    )


def _others() -> Iterator[Case]:
    for name, text, code in (
        ("a large-value report", "<HVTR><RBIF/></HVTR>", "R029"),
        ("a suspicious transaction report", "<STR><RBIF/></STR>", "R034"),
        ("a goAML report", "<report><rentity_id>1</rentity_id><transaction/></report>", "R034"),
        ("an intraday report", f'<Document xmlns="{_SPACE}"><BkToCstmrAcctRpt/></Document>', "R027"),
        ("a payment order", "<Document><CstmrCdtTrfInitn/></Document>", "R028"),
        ("a picture in XML", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "R028"),
        (
            "an old workbook in XML",
            "<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'><Worksheet/></Workbook>",
            "R002",
        ),
        ("a root that is markup", "<x1b red='[31m'><b/></x1b>", "R028"),
        ("a web page", "<!DOCTYPE html><html><body><table><tr><td>账号</td></tr></table></body></html>", "R014"),
        ("a web page of XML", "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "R014"),
    ):
        yield refused(name, of_text(text, "a.xml"), code)


CASES = (*_doctypes(), *_shapes(), *_encodings(), *_lacking(), *_others())

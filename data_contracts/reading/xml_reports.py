"""XML: account statements in ISO 20022 are read, other reports are refused each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from data_contracts.reading.camt import COLUMNS, StatementWriter
from data_contracts.reading.encoding import HEAD, head_text, text_blocks
from data_contracts.reading.staged import UNIT, Note, StagedTable, empty_error, filled_head, input_error
from fundwatch.domain.errors import InputError

_DECLARED = re.compile(r"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ENCODINGS = {
    "UTF-8": "utf-8", "UTF8": "utf-8", "US-ASCII": "ascii", "ASCII": "ascii",
    "GB2312": "gb18030", "GBK": "gb18030", "GB18030": "gb18030", "CP936": "gb18030",
    "UTF-16": "utf-16", "UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be",
}  # fmt: skip
_DEEPEST = 64
_LONGEST_TEXT = 32_767
_MOST_NODES = 1_000_000
_SUBTREES = frozenset({"Acct", "Bal", "Ntry"})
_SENSITIVE = frozenset({"STR", "RSTR", "STRS", "KYJY"})
_LARGE = frozenset({"HVTR", "LVTR", "PHTR", "CHTR", "RICD", "CTTN", "HTDT"})


class _RefusedError(Exception):
    """Carries the refusal out of the parser's callbacks."""

    def __init__(self, error: InputError) -> None:
        super().__init__(error.en)
        self.error = error


def stage_xml(
    path: Path,
    known_headers: frozenset[str],  # noqa: ARG001 - every reader is called alike
    workdir: Path,
) -> tuple[tuple[StagedTable, ...], tuple[Note, ...]]:
    """Stage a camt.053 message as one table, a record an entry; raises InputError for any other XML, by its kind."""
    target = workdir / "entries.lines"
    writer = StatementWriter(workdir / "entries.part", path.name)
    try:
        reader = _Reader(writer, path.name)
        for text in _texts(path):
            reader.feed(text)
        reader.close()
        notes = writer.finish(target)
    except _RefusedError as refusal:
        raise refusal.error from refusal
    except UnicodeDecodeError as error:
        raise _damaged(path.name, "编码有误", "its encoding is wrong") from error
    except expat.ExpatError as error:
        raise _damaged(path.name, f"第 {error.lineno} 行有误", f"line {error.lineno} is wrong") from error
    finally:
        writer.close()
    if reader.root != "Document":
        raise _unknown_root(reader.root, path.name)
    if writer.records == 0:
        raise empty_error(path.name)
    head = _head(target)
    return (StagedTable((target.name,), "lines", "xml", len(COLUMNS), head, usual_cells=len(COLUMNS)),), notes


def _head(target: Path) -> tuple[tuple[int, tuple[str, ...]], ...]:
    with target.open(encoding="utf-8", newline="\n") as stream:
        first = [line.rstrip("\n").split(UNIT) for line, _ in zip(stream, range(3), strict=False)]
    return filled_head([(row, tuple(cells)) for row, cells in enumerate(first, 1)])


def _texts(path: Path) -> Iterator[str]:
    """Yield the document as text: the parser knows few encodings, and none of ours by their usual names."""
    _, found = head_text(path)
    encoding = found[0]
    if encoding in ("utf-8", "gb18030"):
        with path.open("rb") as stream:
            declared = _DECLARED.match(stream.read(HEAD).decode("ascii", "ignore").lstrip())
        name = declared[1].upper() if declared else "UTF-8"
        if name not in _ENCODINGS:
            raise _RefusedError(_damaged(path.name, f"不支持编码 {name}", f"the encoding {name} is not supported"))
        encoding = _ENCODINGS[name]
    for text, torn in text_blocks(path, encoding):
        if torn:
            raise _RefusedError(_damaged(path.name, "文件不完整", "it breaks off"))
        yield text.removeprefix("\ufeff")


def _damaged(place: str, zh: str, en: str) -> InputError:
    return input_error(
        "R025", f"XML 文件损坏（{zh}），请重新导出", f"the XML file is damaged ({en}); export it again", place
    )


class _Reader:
    """Builds each account, balance and entry as a small tree and hands it on; nothing else is kept."""

    def __init__(self, writer: StatementWriter, place: str) -> None:
        self._writer, self._place = writer, place
        self._path: list[str] = []
        self._builder: ElementTree.TreeBuilder | None = None
        self._built_at = 0
        self._nodes = self._length = 0
        self.root = ""
        parser = expat.ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        self._parser = parser

    def feed(self, text: str) -> None:
        """Parse on; raises ExpatError and _RefusedError."""
        self._parser.Parse(text.encode())

    def close(self) -> None:
        """End the document; raises ExpatError where it breaks off."""
        self._parser.Parse(b"", True)

    def _doctype(self, *_: object) -> None:
        raise _RefusedError(
            input_error(
                "R026",
                "XML 含文档类型或实体声明，出于安全拒绝读取，请去掉后重新报送",
                "the XML declares a document type or entities and is refused for safety; send it without",
                self._place,
            )
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(":", 1)[-1]
        self._path.append(tag)
        self.root = self.root or tag
        self._length = 0
        if len(self._path) > _DEEPEST:
            raise _RefusedError(_damaged(self._place, "嵌套过深", "it is nested too deep"))
        if len(self._path) <= 2:
            self._require_statement(attributes)
        if self._builder is None:
            if tag == "Stmt":
                self._writer.begin()
            if tag not in _SUBTREES or self._path[-2:-1] != ["Stmt"]:
                return
            self._builder, self._built_at, self._nodes = ElementTree.TreeBuilder(), len(self._path), 0
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise _RefusedError(_damaged(self._place, "单笔分录过大", "an entry is too large"))
        self._builder.start(tag, attributes)

    def _data(self, text: str) -> None:
        self._length += len(text)
        if self._length > _LONGEST_TEXT:
            raise _RefusedError(_damaged(self._place, "某项内容过长", "a text is too long"))
        if self._builder is not None:
            self._builder.data(text)

    def _end(self, name: str) -> None:
        tag = name.rsplit(":", 1)[-1]
        self._length = 0
        if self._builder is not None:
            self._builder.end(tag)
            if len(self._path) == self._built_at:
                tree = self._builder.close()
                self._builder = None
                self._writer.take(tree)
        elif tag == "Stmt":
            self._writer.end()
        self._path.pop()

    def _require_statement(self, attributes: dict[str, str]) -> None:
        """Refuse whatever is no account statement, as soon as its first two elements tell so."""
        root = self._path[0]
        if root == "Document":
            if len(self._path) == 2 and self._path[1] != "BkToCstmrStmt":
                raise _RefusedError(_other_message(self._path[1], self._place))
            return
        if len(self._path) == 2 and root in ("Envelope", "BizMsgEnvlp", "AppHdr"):
            raise _RefusedError(_unknown_root(root, self._place))
        inner = self._path[-1]
        if root.upper() in _SENSITIVE or inner.upper() in _SENSITIVE:
            raise _RefusedError(_secret_report(self._place))
        if root.upper() in _LARGE or inner.upper() in _LARGE:
            raise _RefusedError(_large_report(self._place))
        if root == "report" and len(self._path) == 2:
            raise _RefusedError(_goaml_report(self._place))
        if root == "Workbook" and "schemas-microsoft-com" in " ".join(attributes.values()):
            raise _RefusedError(
                input_error(
                    "R002",
                    "这是 XML 格式的旧版工作簿，请另存为 .xlsx",
                    "this is an old workbook saved as XML; save it as .xlsx",
                    self._place,
                )
            )
        if len(self._path) == 2:
            raise _RefusedError(_unknown_root(root, self._place))


def _other_message(message: str, place: str) -> InputError:
    if message in ("BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn"):
        return input_error(
            "R027",
            "这是日间报告或到账通知（camt.052/054），其中分录可能尚未入账；请报送日终对账单 camt.053",
            "this is an intraday report or a notification (camt.052/054), with entries not yet final; send camt.053",
            place,
        )
    return _unknown_root(f"Document/{_shown(message)}", place)


def _shown(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_./-]", "", name)[:60]


def _unknown_root(root: str, place: str) -> InputError:
    name = _shown(root)
    return input_error(
        "R028",
        f"无法识别的 XML（根元素 {name}），只接受对账单 camt.053",
        f"unknown XML (root element {name}); only camt.053 statements are taken",
        place,
    )


def _large_report(place: str) -> InputError:
    return input_error(
        "R029",
        "这是大额交易报告（HVTR），其中分录已由流水文件报送，请改报账户流水",
        "this is a large-value report (HVTR) whose entries come with the statement feeds; send account statements",
        place,
    )


def _secret_report(place: str) -> InputError:
    return input_error(
        "R034",
        "这是可疑交易报告，依反洗钱法第三十五条应当保密，不得报送至此；请删除并改报账户流水",
        "this is a suspicious transaction report, secret under article 35 of the AML law; it must not be sent here",
        place,
    )


def _goaml_report(place: str) -> InputError:
    return input_error(
        "R034",
        "这是 goAML 可疑交易报告，依反洗钱法第三十五条应当保密，不得报送至此；请删除并改报账户流水",
        "this is a goAML report of suspicious transactions, secret under article 35 of the AML law; "
        "it must not be sent here",
        place,
    )

"""Sheets: the workbook that an inspection team fills in offline, on a laptop or printed.

One sheet is the team's list, one is for each site. Everything but the cells to fill in is
protected against slips of the hand; what is protected is checked again when the workbook
comes back. Where a cell stands is found by the words beside it (`audit_lib.field.returned`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xlsxwriter  # type: ignore[import-untyped]

from audit_lib.field.forms import A4, FIRST_DAY, LAST_DAY
from audit_lib.schemas import tables
from audit_lib.workbooks import EXPLAINS, new_workbook, sheet_name

LIST, PAGE = "检查组任务单", "现场核查表"
"""The first cell of the list and of a site's page: what says what a sheet is."""

REPORTED = "填报时间"
KNOWN = {"draw": "抽样名称", "team": "检查组", "digest": "抽样凭证", "code": "页码", "unit_id": "单位编号"}
KNOWN |= {
    "county_name": "县区",
    "unit_name": "单位名称",
    "unit_type": "机构类别",
    "place": "样本",
    "day": "计划日期",
}
"""What a page says of itself, above the cells to fill in."""

ASKED = {"date": "核查日期", "outcome": "到访情况", "inspectors": "核查人员", "conclusion": "核查结论"}
ASKED |= {"replaces": "替补单位编号", "already_so": "县检时已存在", "note": "备注"}
"""What is asked of a visit: column of ``province_checks`` and the word beside its cell."""

HEAD_ROWS = 11
"""Rows above the header of the items."""

ITEMS = ("序号", "项目编号", "检查内容", "关键项", "项目结果", "部分合格比例", "照片编号", "备注")
ITEM_CELLS = {"result": 4, "share": 5, "photo": 6, "note": 7}
"""Column of ``check_items`` and its place in an item's row."""

HAZARDS = ("隐患", "隐患类别", "隐患描述", "隐患等级", "隐患部位", "整改责任人", "照片编号", "整改期限")
HAZARD_CELLS = {
    "category": 1, "description": 2, "grade": 3, "place": 4, "resp_person": 5, "photo": 6, "deadline": 7,
}  # fmt: skip
MORE_ITEMS, HAZARD_ROWS = 4, 8
"""Rows for items that the roster did not foretell, and for hazards found on the spot."""

CHECKLIST = "检查表目录"
LONG_TEXT = 20
"""Characters that one line of an item holds."""

LINE, HEADING, HAZARD_LINE, SIGNATURE = 24, 32, 28, 36
"""Heights in points of an item, a header, a hazard and the signatures, to be written on by hand."""

PAPER, HEAD_HEIGHT = 1000, 285
"""Points of height that are put on one page of A4, shrunk by a quarter, and that the head takes."""

HOW = (
    "1. 出发前: 核对本单和各页是否齐全; 电脑填或打印都可以, 打印每家一份, 页脚有单位编号和页码。",
    "2. 到现场: 打开该单位的一页, 填日期、到访情况, 逐项选结果。没有看选“未检查”, 没有这一项选“合理缺项”。",
    "3. 没有检查成的: 到访情况里选原因, 其余空着。只有天气原因、时间不足才用备用单位, 拒绝检查不能换一家。",
    "4. 用备用单位: 必须按次序, 先打电话问省里轮到哪一家(别的组可能已经用了), 在该页填替补单位编号。",
    "5. 新发现的隐患写在页末, 一处一行; 照片编号写在照片一栏。名录没有登记的设备, 用“补”的几行选项目编号。",
    "6. 离开前: 填核查结论; 结论不合格的, 填县检时是否已存在(说不准选“不能判定”); 双方签字(打印件)。",
    "7. 每晚: 在本单填“填报时间”, 整个文件交回。没填完也可以交, 再交以填报时间在后的为准。文件可以改名。",
    "8. 黄色的格可以填, 其余有保护; 不要撤销保护, 不要增删行列。",
)

MOST_CHOICES = 255
"""Characters that the choices of a drop-down may take together."""

LEFT, RIGHT = (0, 1, 2, 2), (3, 4, 5, 7)
"""The halves of a page's head: columns of a label, first and last column of its cell."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One sheet being written, and the formats of its workbook."""

    sheet: Any
    looks: Mapping[str, xlsxwriter.format.Format]

    def pair(self, row: int, half: tuple[int, int, int, int], word: str, value: str, look: str) -> None:
        """Write a label and the cell beside it."""
        start, end, first, last = half
        self.sheet.merge_range(row, start, row, end, word, self.looks["label"])
        if first < last:
            self.sheet.merge_range(row, first, row, last, "", self.looks[look])
        self.sheet.write_string(row, first, value, self.looks[look])

    def cells(self, row: int, values: Sequence[str], look: str, *, height: int = 20) -> None:
        """Write a row of texts."""
        for place, value in enumerate(values):
            self.sheet.write_string(row, place, value, self.looks[look])
        self.sheet.set_row(row, height)

    def blank(self, row: int, column: int, look: str, rule: dict[str, Any] | None = None) -> None:
        """Leave a cell to be filled in, with what the spreadsheet checks meanwhile."""
        self.sheet.write_blank(row, column, None, self.looks[look])
        self.check(row, column, rule)

    def check(self, row: int, column: int, rule: dict[str, Any] | None) -> None:
        """Let the spreadsheet check a cell while somebody types into it."""
        if rule is not None:
            self.sheet.data_validation(row, column, row, column, rule)

    def title(self, word: str, campaign: str) -> None:
        """Write what the sheet is, over all its columns."""
        self.sheet.merge_range(0, 0, 0, 7, word, self.looks["title"])
        self.sheet.merge_range(1, 0, 1, 7, campaign, self.looks["line"])

    def finish(
        self, widths: Sequence[int], *, foot: str, repeat: int, landscape: bool = False, papers: int = 0
    ) -> None:
        """Set widths and page, and protect what is not to be filled in.

        ``papers`` is how many pages high the print may be; 0: as many as it takes.
        """
        for place, width in enumerate(widths):
            self.sheet.set_column(place, place, width)
        self.sheet.protect("", {"format_columns": True, "format_rows": True})
        self.sheet.set_paper(A4)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.7)
        if landscape:
            self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, papers)
        self.sheet.repeat_rows(repeat)
        self.sheet.set_footer(foot)


def team_workbook(pages: pd.DataFrame, checklist: pd.DataFrame, *, campaign: str, demo: bool) -> bytes:
    """Return the workbook of one team; equal pages give equal bytes.

    Parameters
    ----------
    pages : of this team, as `make_pages` orders them
    checklist : DataFrame[item_id, chapter, zh, key]   every item there is
    """
    sink = io.BytesIO()
    book = new_workbook(sink)
    looks = _formats(book)
    rows = [{str(key): str(value) for key, value in row.items()} for row in pages.to_dict("records")]
    taken = ["任务单", CHECKLIST]
    for place, row in enumerate(rows, start=1):
        number = f"{place:02d}" if _drawn(row) else f"备{row['rank']}"
        taken.append(sheet_name(f"{number} {row['unit_name']}", taken))
    campaign += "【演示数据】" if demo else ""
    _write_list(_Leaf(book.add_worksheet("任务单"), looks), rows, taken[2:], campaign)
    items = {str(item["item_id"]): item for item in checklist.to_dict("records")}
    for row, title in zip(rows, taken[2:], strict=True):
        places = [one["unit_id"] for one in rows if _drawn(one) and one["stratum"] == row["stratum"]]
        leaf = _Leaf(book.add_worksheet(title), looks)
        leaf.title(PAGE, campaign)
        _write_head(leaf, row, places)
        _write_rows(leaf, row, items)
    _write_checklist(_Leaf(book.add_worksheet(CHECKLIST), looks), checklist)
    book.close()
    return sink.getvalue()


def _drawn(page: Mapping[str, str]) -> bool:
    return page["drawn"] == "True"


def _formats(book: xlsxwriter.Workbook) -> dict[str, xlsxwriter.format.Format]:
    box = {"border": 1, "valign": "vcenter", "text_wrap": True, "font_size": 11}
    fill = box | {"locked": False, "bg_color": "#FFF9DB"}
    looks: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 18, "align": "center"},
        "line": {"align": "center"},
        "plain": {"text_wrap": True, "valign": "vcenter"},
        "label": box | {"bold": True, "bg_color": "#E7E6E6"},
        "head": box | {"bold": True, "bg_color": "#D9E2EC", "align": "center"},
        "known": box | {"num_format": "@"},
        "digest": box | {"font_size": 8},
        "center": box | {"align": "center"},
        "text": fill | {"num_format": "@"},
        "date": fill | {"num_format": "yyyy-mm-dd", "align": "left"},
        "time": fill | {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
        "number": fill,
        "link": box | {"font_color": "#1F4E79", "underline": 1},
    }
    return {name: book.add_format(look) for name, look in looks.items()}


def _write_list(leaf: _Leaf, pages: list[dict[str, str]], titles: list[str], campaign: str) -> None:
    sheet, first, half = leaf.sheet, pages[0], (0, 1, 2, 7)
    leaf.title(LIST, campaign)
    for row, name in enumerate(("draw", "digest", "team"), start=2):
        leaf.pair(row, half, KNOWN[name], first[name], "known")
    leaf.pair(5, half, REPORTED, "", "time")
    leaf.check(5, 2, _days(REPORTED))
    for row, line in enumerate(HOW, start=6):
        sheet.merge_range(row, 0, row, 7, line, leaf.looks["plain"])
        sheet.set_row(row, 20)
    top = 6 + len(HOW)
    leaf.cells(top, ("序号", "计划日期", "单位名称", "单位编号", "县区", "核查人员", "层", "页"), "head")
    for row, (page, title) in enumerate(zip(pages, titles, strict=True), start=top + 1):
        when = page["day"] if _drawn(page) else f"备用{page['rank']}"
        told = [page[name] for name in ("unit_name", "unit_id", "county_name", "inspectors", "stratum")]
        leaf.cells(row, (str(row - top), when, *told), "known")
        quoted = title.replace("'", "''")
        sheet.write_url(row, 7, f"internal:'{quoted}'!A1", leaf.looks["link"], title)
    leaf.finish(
        (6, 12, 34, 18, 14, 18, 24, 26),
        foot=f"&L{first['team']}&C第 &P 页 共 &N 页",
        repeat=top,
        landscape=True,
    )


def _write_head(leaf: _Leaf, page: dict[str, str], places: list[str]) -> None:
    """Write what a page says of itself, and what is asked of the visit."""
    spare = f"备用第 {page['rank']} 位(层 {page['stratum']}), 轮到才用"
    told = page | {"place": "样本" if _drawn(page) else spare}
    names = list(KNOWN)
    for row, (left, right) in enumerate(zip(names[::2], names[1::2], strict=True), start=2):
        leaf.pair(row, LEFT, KNOWN[left], told[left], "digest" if left == "digest" else "known")
        leaf.pair(row, RIGHT, KNOWN[right], told[right], "known")
        leaf.sheet.set_row(row, 26 if left == "digest" else 20)
    declared = {column.name: list(column.choices) for column in tables()["province_checks"].columns}
    choices = declared | {"replaces": [] if _drawn(page) else places}
    asked = list(ASKED)
    for place, name in enumerate(asked[:-1]):
        row, half = 7 + place // 2, RIGHT if place % 2 else LEFT
        given = page["inspectors"] if name == "inspectors" else ""
        look = "date" if name == "date" else "text"
        closed = name == "replaces" and _drawn(page)
        leaf.pair(row, half, ASKED[name], given, "known" if closed else look)
        rule = _days(ASKED[name]) if name == "date" else _one_of(choices[name], ASKED[name])
        leaf.check(row, half[2], rule)
        leaf.sheet.set_row(row, 26)
    leaf.pair(HEAD_ROWS - 1, (0, 1, 2, 7), ASKED[asked[-1]], "", "text")
    leaf.sheet.set_row(HEAD_ROWS - 1, 26)


def _write_rows(leaf: _Leaf, page: dict[str, str], items: Mapping[str, Mapping[Any, Any]]) -> None:
    """Write the items due, rows for items that nobody foresaw, and rows for hazards."""
    due = [one for one in page["items"].split("、") if one]
    leaf.cells(HEAD_ROWS, ITEMS, "head", height=HEADING)
    for row, item in enumerate(due, start=HEAD_ROWS + 1):
        words, mark = str(items[item]["zh"]), "★" if items[item]["key"] else ""
        leaf.cells(row, (str(row - HEAD_ROWS), item, words, mark), "known", height=_height(words))
        _leave_item(leaf, row)
    more = HEAD_ROWS + 1 + len(due)
    for row in range(more, more + MORE_ITEMS):
        leaf.cells(row, (f"补{row - more + 1}", "", "", ""), "known", height=LINE)
        cells = f"='{CHECKLIST}'!$A$3:$A${len(items) + 2}"
        leaf.blank(row, 1, "text", {"validate": "list", "source": cells})
        _leave_item(leaf, row)
    end = more + MORE_ITEMS
    leaf.cells(end, HAZARDS, "head", height=HEADING)
    grades = _one_of(list(tables()["hazards"].column("grade").choices), HAZARDS[HAZARD_CELLS["grade"]])
    for row in range(end + 1, end + 1 + HAZARD_ROWS):
        leaf.cells(row, (str(row - end),), "known", height=HAZARD_LINE)
        for name, place in HAZARD_CELLS.items():
            rule = {"grade": grades, "deadline": _days(HAZARDS[place])}.get(name)
            leaf.blank(row, place, "date" if name == "deadline" else "text", rule)
    last = end + 1 + HAZARD_ROWS
    for half, words in (((0, 3), "核查人员签字:"), ((4, 7), "受检单位签字:")):
        leaf.sheet.merge_range(last, half[0], last, half[1], words, leaf.looks["label"])
    leaf.sheet.set_row(last, SIGNATURE)
    used = HEAD_HEIGHT + sum(_height(str(items[item]["zh"])) for item in due) + MORE_ITEMS * LINE
    total = used + HEADING + HAZARD_ROWS * HAZARD_LINE + SIGNATURE
    if used <= PAPER < total:
        leaf.sheet.set_h_pagebreaks([end])
    leaf.sheet.print_area(0, 0, last, 7)
    leaf.sheet.freeze_panes(HEAD_ROWS + 1, 0)
    foot = f"&L{page['unit_id']}&C第 &P 页 共 &N 页&R页码 {page['code']}"
    leaf.finish((6, 9, 42, 8, 11, 11, 11, 13), foot=foot, repeat=HEAD_ROWS, papers=-(-total // PAPER))


def _height(words: str) -> int:
    return 34 if len(words) > LONG_TEXT else LINE


def _leave_item(leaf: _Leaf, row: int) -> None:
    share = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
    share |= {"error_title": ITEMS[ITEM_CELLS["share"]], "error_message": "只有“部分合格”才填, 0 到 1 之间"}
    results = list(tables()["check_items"].column("result").choices)
    rules = {"result": _one_of(results, ITEMS[ITEM_CELLS["result"]]), "share": share}
    for name, place in ITEM_CELLS.items():
        leaf.blank(row, place, "number" if name == "share" else "text", rules.get(name))


def _write_checklist(leaf: _Leaf, checklist: pd.DataFrame) -> None:
    leaf.sheet.write_string(0, 0, EXPLAINS)
    leaf.cells(1, ("编号", "章", "内容", "关键"), "head")
    for row, item in enumerate(checklist.to_dict("records"), start=2):
        mark = "★" if item["key"] else ""
        leaf.cells(row, (str(item["item_id"]), str(item["chapter"]), str(item["zh"]), mark), "known")
    leaf.finish((10, 20, 60, 6), foot="&C第 &P 页 共 &N 页", repeat=1)


def _one_of(choices: list[str], word: str) -> dict[str, Any] | None:
    """A drop-down; None where there is nothing to choose, or more than one can hold."""
    if not choices or len(",".join(choices)) > MOST_CHOICES:
        return None
    said = f"“{word}”请从下拉中选"
    return {"validate": "list", "source": choices, "error_title": word, "error_message": said}


def _days(word: str) -> dict[str, Any]:
    rule = {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY}
    return rule | {"error_title": word, "error_message": f"“{word}”写全年月日, 如 2014-03-25"}

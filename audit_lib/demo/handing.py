"""Which table goes into which file: the folder that the province hands over."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pandas as pd

from audit_lib.demo.objections import make_objections
from audit_lib.demo.paper import text_bytes, xlsx_bytes
from audit_lib.demo.province import Province
from audit_lib.demo.rosters import write_roster
from audit_lib.demo.senders import Sender, make_sheet, provincial_office, senders
from audit_lib.files import write_bytes

LOCKED_CITY = "990800"
"""Its list of inspectors comes with a password that nobody was told."""

BY_COUNTY = (("县检", "county_checks", "县级检查记录"), ("台账", "hazards", "隐患排查治理台账"))
BY_CITY = (("市抽检", "city_checks", "市级抽检记录"), ("挂牌", "listings", "重大隐患挂牌督办台账"))


def write_files(province: Province, folder: Path) -> None:
    """Write every file but params, truth and the province's own findings."""
    for sender in senders(province):
        write_roster(province, sender, folder / "名录")
        for place, name, title in BY_COUNTY:
            rows = province.tables[name]
            own = province.counties[province.counties["city"] == sender.code]
            sheets = [
                make_sheet(rows[rows["county"] == code], sender, name, title=title, name=county)
                for code, county in zip(own["code"], own["name"], strict=True)
            ]
            write_bytes(folder / place / f"{sender.name}{title}.xlsx", xlsx_bytes(sheets))
        for place, name, title in BY_CITY:
            sheet = make_sheet(_of_city(province, sender, name), sender, name, title=title)
            write_bytes(folder / place / f"{sender.name}{title}.xlsx", xlsx_bytes([sheet]))
        forms = _of_city(province, sender, "self_checks")
        sheet = make_sheet(forms, sender.in_text(), "self_checks", title="单位自查表")
        data = text_bytes(sheet, encoding="utf-8-sig", delimiter=",")
        write_bytes(folder / "自查" / f"{sender.name}单位自查表.csv", data)
    _write_papers(province, folder)


def _of_city(province: Province, sender: Sender, name: str) -> pd.DataFrame:
    rows = province.tables[name]
    return rows[rows["city"] == sender.code]


def _write_papers(province: Province, folder: Path) -> None:
    """Write what the province itself holds: reports received, papers, inspectors, the platform."""
    office, true = provincial_office(province), province.tables
    known = true["inspectors"][true["inspectors"]["area"] != LOCKED_CITY]
    papers = [
        ("周报", "周报报送单位", "reporters", true["reporters"]),
        ("文件", "文件登记表", "documents", true["documents"]),
        ("人员", "检查人员名册", "inspectors", known),
        ("事故", "安全事故登记表", "accidents", true["accidents"]),
        ("责任", "安全责任登记表", "responsibilities", true["responsibilities"]),
        ("反馈", "2013年督查反馈问题清单", "feedback", true["feedback"]),
        ("网格", "网格登记表", "grids", true["grids"]),
        ("试点", "省级试点单位登记表", "pilots", true["pilots"]),
        ("暗访", "暗访登记表", "unannounced", true["unannounced"]),
        ("督导", "督导记录", "supervisions", true["supervisions"]),
        ("验收", "督查验收登记表", "acceptances", true["acceptances"]),
        ("督查", "督查组发现问题清单", "findings", true["findings"]),
        ("线索", "线索处理登记表", "accountability", true["accountability"]),
        ("周报", "周报分县表", "weekly_counties", true["weekly_counties"]),
        ("通报", "已发布数字核对表", "published", true["published"]),
        ("申诉", "申诉登记表", "objections", make_objections(province)),
    ]
    papers += [
        ("平台注册", "平台注册单位", "platform_units", true["platform_units"]),
        ("台账2013", "2013年隐患台账", "hazards_2013", true["hazards_2013"]),
        ("违法", "非法违法行为登记表", "illegal_acts", true["illegal_acts"]),
    ]
    for week, rows in true["weekly"].groupby("week"):
        papers.append(("周报", f"周报{pd.Timestamp(str(week)):%Y-%m-%d}", "weekly", rows))
    for place, title, name, rows in papers:
        data = xlsx_bytes([make_sheet(rows, office, name, title=title)])
        write_bytes(folder / place / f"{title}.xlsx", data)
    sheet = make_sheet(true["platform"], office.in_text(), "platform", title="平台上报数据")
    write_bytes(folder / "平台" / "平台上报数据.csv", text_bytes(sheet, encoding="utf-8", delimiter=","))
    locked = resources.files("audit_lib").joinpath("demo", "locked.xlsx").read_bytes()
    write_bytes(folder / "人员" / "鹤滩市检查人员名册.xlsx", locked)

"""One draw, opened for the notebook: frame, plan, what it can show, sample, verification."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from audit_lib.errors import ReportError
from audit_lib.inference import prospect
from audit_lib.inference.prospect import GOOD, PRESUMED
from audit_lib.intake import load_intake
from audit_lib.reporting.case import find_area, find_run
from audit_lib.reporting.draws import DrawnCase, read_draws
from audit_lib.reporting.grids import grid_columns, make_grid
from audit_lib.reporting.model import Number, Paragraph, Picture, Section
from audit_lib.reporting.prospects import prospect_picture
from audit_lib.reporting.tables import facts_table, print_day
from audit_lib.reporting.whole import tree
from audit_lib.reporting.words import NOT_NONE
from audit_lib.sampling import read_draw, verify

PURPOSES = {"city_check": "市级抽检", "recheck": "省级复查", "unannounced": "暗访"}
ONE_CITY = 2
"""Rows of a prospect that has but one city: it and the whole, which are the same."""

CONFIDENCE = 0.95

BY_RISK = (
    "按风险分抽取: 每家的入样概率写在抽样框里。有发现时可以推算并给区间; 一家不合格也没有发现时, "
    "给不出上限, 不作判定, 因为查的是风险高的地方。"
)

AGREES = {True: "一致", False: "不一致", None: "无法核对"}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A draw as seen from one area; each part is a section that a notebook shows."""

    draw: DrawnCase
    cities: dict[str, str]
    names: dict[str, str]
    limit: str | None

    @property
    def summary(self) -> Section:
        """Who draws what from which frame, and the digests that were published."""
        plan, certificate = self.draw.plan, self.draw.certificate
        said = {
            "抽样": f"{self.draw.name}({PURPOSES[plan.purpose]})",
            "抽样框": f"{print_day(self.draw.choice.cutoff)}的县检合格单位, {self.draw.N:,} 家",
            "应抽": f"{self.draw.n:,} 家, {len(plan.strata)} 层",
            "分配方法": plan.allocation,
            "种子来源": plan.seed_source,
            "方案摘要": plan.digest,
            "抽样框摘要": plan.frame_digest,
            "种子": certificate.seed if certificate else "尚未产生",
            "种子来历": certificate.seed_evidence if certificate else "",
            "凭证摘要": certificate.digest if certificate else "",
        }
        return Section("draw", "抽样方案", (make_grid("方案", facts_table(said)),))

    @property
    def strata(self) -> Section:
        """Units, units to draw and reserves of each stratum of the area."""
        return Section("strata", "各层抽取数", (make_grid("各层", self._strata()),))

    @property
    def showing(self) -> Section:
        """What the plan will be able to show of each city, known before anybody is visited."""
        if self.draw.plan.chances_digest is not None:
            return Section("showing", "这样的样本能说明什么", (Paragraph(BY_RISK, "note"),))
        table = prospect(self._strata(), limit=self.limit, confidence=CONFIDENCE)
        whole = table["city"].eq("") if table["city"].nunique() == ONE_CITY else table["city"].notna()
        table = table.assign(area=table["city"].map(self.names).astype("str").fillna("合计"))[whole]
        note = f"按不放回分层抽样的精确算法, 各市州单独计, 把握程度 {{confidence}}。{NOT_NONE}。"
        numbers = tuple(
            Number(key, label, "text", f"{float(share) * 100:g}%", "抽样方案")
            for key, label, share in (
                ("good", "设想的不合格比例", GOOD),
                ("bad", "设想的不合格比例", PRESUMED),
                ("confidence", "把握程度", CONFIDENCE),
            )
        )
        png = prospect_picture(
            table.assign(name=table["area"]),
            limit=None if self.limit is None else float(self.limit),
            confidence=CONFIDENCE,
        )
        picture = Picture("showing", "图: 方案将来能说明什么", png, "各地区的上限、机会和半宽, 数字见下表。")
        columns = [one for one in grid_columns("能说明什么") if one.key != "chance" or self.limit]
        grid = make_grid("能说明什么", table, columns=tuple(columns), note=note, numbers=numbers)
        return Section("showing", "这样大的样本能说明什么", (picture, grid))

    @property
    def sample(self) -> Section:
        """The units drawn in the area, in order of their rank."""
        if self.draw.certificate is None:
            return Section("sample", "抽中单位", (Paragraph("种子尚未产生, 还没有抽取。", "note"),))
        rows = read_draw(self.draw.folder)
        rows = rows[rows["drawn"] & rows["stratum"].isin(list(self.cities))]
        rows = rows.assign(area=rows["county"].map(self.names))
        columns = tuple(column for column in grid_columns("抽中单位") if column.key in rows)
        return Section("sample", "抽中单位", (make_grid("抽中单位", rows, columns=columns),))

    @property
    def checks(self) -> Section:
        """Each check of the verification, replayed now."""
        path = self.draw.folder / "certificate.json"
        if self.draw.certificate is None:
            return Section("checks", "核验", (Paragraph("没有凭证可以核验。", "note"),))
        rows = pd.DataFrame(
            [
                {"name": str(check.name), "ok": AGREES[check.ok], "detail": str(check.detail)}
                for check in verify(path)
            ]
        )
        return Section("checks", "核验", (make_grid("核验", rows),))

    def _strata(self) -> pd.DataFrame:
        rows = [
            (self.cities[stratum.key], stratum.key, stratum.N, stratum.n, stratum.reserves)
            for stratum in self.draw.plan.strata
            if stratum.key in self.cities
        ]
        return pd.DataFrame(rows, columns=["city", "key", "N", "n", "reserves"])


def show_draw(params_file: str | Path, area: str | int, draw: str) -> Drawing:
    """Open one committed draw as seen from an area: its strata that have units there.

    Raises
    ------
    ReportError   the draw is not planned yet, or the run has no such area
    """
    run = find_run(params_file)
    drawn = next((one for one in read_draws(run) if one.name == draw), None)
    if drawn is None:
        raise ReportError(
            f"抽样“{draw}”还没有提交的方案, 请先运行 audit plan {run.file} --draw {draw}",
            f'the draw "{draw}" has no committed plan: run audit plan {run.file} --draw {draw} first',
        )
    areas = tree(load_intake(run.folder / "intake").areas)
    row = find_area(areas, area)
    frame = drawn.frame
    if row["level"] != "province":
        frame = frame[(frame["city"] == row["code"]) | (frame["county"] == row["code"])]
    homes = frame.drop_duplicates("stratum")
    city = dict(zip(homes["stratum"], homes["city"], strict=True))
    limit = run.params.estimates.limit
    names = dict(zip(areas["code"], areas["name"], strict=True))
    return Drawing(drawn, city, names, None if limit is None else str(limit))

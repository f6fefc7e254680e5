"""What three counties said against findings, and what was answered: one upheld, one not, one open."""

from __future__ import annotations

import pandas as pd

from audit_lib.demo.province import Province

SAID = (
    ("2014-03-26", "所列单位已于期限内补做, 请核对", "经核对原始记录, 补做在期限之后", "维持", "2014-03-28"),
    ("2014-03-26", "所列单位的记录漏报, 现有签字原件", "原件属实, 请报更正后的表", "更正", "2014-03-29"),
    ("2014-03-31", "统计口径与本地理解不同, 申请复核", None, None, None),
)
DECIDER = "省督导组(演示)"


def make_objections(province: Province) -> pd.DataFrame:
    """Return one objection each of three counties, to findings under different rules."""
    faults = [one for one in province.faults if one.level == "county" and one.rule_id != "P3-04"]
    chosen = list({one.rule_id: one for one in reversed(faults)}.values())[::-1][: len(SAID)]
    names = dict(zip(province.areas["code"], province.areas["name"], strict=True))
    rows = [
        {
            "area": fault.subject,
            "body": f"{names[fault.subject]}卫生局",
            "rule_id": fault.rule_id,
            "date": pd.Timestamp(day),
            "text": text,
            "reply": reply,
            "decision": decision,
            "decided_by": DECIDER if decision else None,
            "decided_on": pd.Timestamp(decided) if decided else None,
        }
        for fault, (day, text, reply, decision, decided) in zip(chosen, SAID, strict=False)
    ]
    return pd.DataFrame(rows)

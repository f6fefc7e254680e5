"""Pages for whoever asks: one that replays a whole draw, one that says why a unit was drawn.

Both are single files without network, so that they can be handed over with the certificate.
The verification page is written beside each opened certificate; whoever trusts the drawer's
copy as little as the drawer takes it from the package.
"""

from __future__ import annotations

import html
from importlib import resources
from pathlib import Path

from audit_lib.errors import Text
from audit_lib.files import write_bytes
from audit_lib.sampling.certificate import Certificate
from audit_lib.sampling.proof import UnitProof, show_value

PAGE = "verify.html"

_PROOF = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 2rem auto; max-width: 46rem; padding: 0 1rem; color: #1d2733;
  font: 16px/1.7 "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid #cfd8e1; padding: .4rem .6rem; text-align: left;
  overflow-wrap: anywhere; }}
th {{ width: 9rem; font-weight: 400; color: #5b6876; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p><strong>{fate}</strong></p>
<table>
{rows}
</table>
<p>{why}</p>
</body>
</html>
"""


_EQUAL = Text(
    "签号是“种子,单位编号”的 SHA-256, 由上面一行命令即可算出; 同一层的签号从小到大排列, "
    "前面的抽中, 最后一个抽中的就是末位签号。种子在方案公布之后才产生, 谁也不能事先选定。",
    'The ticket is the SHA-256 of "seed,unit", as the line above computes it; in each stratum the '
    "smallest tickets are drawn, and the last one drawn is the cut-off. The seed was made after "
    "the plan was published, so nobody could choose.",
)
_BY_RISK = Text(
    "签号是“种子,单位编号”的 SHA-256, 由上面一行命令即可算出。入样概率 λ 按风险分定, 已写进事先公布的方案。"
    "签号前 13 位十六进制数加 0.5, 除以 16 的 13 次方, 得 u; 排序值是 u(1-λ) / ((1-u)λ)。"
    "同一层按排序值从小到大, 前面的抽中。种子在方案公布之后才产生, 谁也不能事先选定。",
    'The ticket is the SHA-256 of "seed,unit", as the line above computes it. The chance λ follows from '
    "the risk score and stands in the plan published before. The first 13 hexadecimal digits of the "
    "ticket plus 0.5, over 16 to the 13th power, are u; the value is u(1-λ) / ((1-u)λ), and in each "
    "stratum the smallest are drawn. The seed was made after the plan was published, so nobody could choose.",
)


def verification_page() -> bytes:
    """Return the page that replays a draw in a browser, as it is shipped."""
    return resources.files("audit_lib").joinpath("sampling", PAGE).read_bytes()


def write_page(folder: Path) -> None:
    """Put the verification page beside a certificate, unless one lies there."""
    if not (folder / PAGE).exists():
        write_bytes(folder / PAGE, verification_page())


def proof_page(certificate: Certificate, proof: UnitProof) -> str:
    """Return a page to print: why one unit was drawn, or was not, and how to check it.

    Parameters
    ----------
    certificate : of the draw that was replayed without a difference
    proof : from `prove_unit`
    """
    rows = [
        (Text("单位编号", "unit"), proof.unit_id),
        (Text("层", "stratum"), proof.stratum),
        (Text("层内家数", "units in it"), str(proof.N)),
        (Text("其中抽取", "drawn of them"), str(proof.n)),
        (Text("次序", "rank"), str(proof.rank)),
        (Text("签号", "ticket"), proof.ticket),
        (Text("末位签号", "cut-off"), proof.cutoff or "—"),
        *_unequal(proof),
        (Text("种子", "seed"), certificate.seed),
        (Text("种子来历", "where it is from"), certificate.seed_evidence),
        (Text("方案摘要", "plan digest"), certificate.plan_digest),
        (Text("凭证摘要", "certificate digest"), certificate.digest),
        (Text("自己核对", "check it"), proof.command),
    ]
    fate = Text("抽中", "drawn") if proof.drawn else Text("未抽中", "not drawn")
    why = _EQUAL if proof.chance is None else _BY_RISK
    cells = "\n".join(
        f"<tr><th>{html.escape(str(name))}</th><td>{html.escape(value)}</td></tr>" for name, value in rows
    )
    return _PROOF.format(
        language=Text("zh-CN", "en"),
        title=html.escape(f"{Text('抽样说明', 'Why this unit')} {proof.unit_id}"),
        fate=fate,
        rows=cells,
        why=html.escape(str(why)),
    )


def _unequal(proof: UnitProof) -> list[tuple[Text, str]]:
    """Return what only a draw with unequal chances has to say."""
    if proof.chance is None:
        return []
    return [
        (Text("入样概率 λ", "chance λ"), proof.chance),
        (Text("排序值", "value"), show_value(proof.value)),
        (Text("末位排序值", "cut-off value"), show_value(proof.cutoff_value)),
    ]

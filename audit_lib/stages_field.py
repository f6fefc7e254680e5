"""The stages between a draw and its findings: explained to a unit, compared with today, staffed.

Composed as in ``stages``; apart from it, because these are walked beside the main way.
"""

from __future__ import annotations

from pathlib import Path

from audit_lib.errors import Text, VerifyError
from audit_lib.files import read_bytes, write_text
from audit_lib.sampling.certificate import parse_certificate
from audit_lib.sampling.frozen import read_frame
from audit_lib.sampling.page import proof_page
from audit_lib.sampling.proof import prove_unit
from audit_lib.sampling.verify import verify


def prove(certificate: Path, unit: str, target: Path, *, frame: Path | None = None) -> str:
    """Write the page that explains one unit of a draw; only one that replays is explained.

    Raises
    ------
    VerifyError   a check failed, or the frame is not at hand: the page would say what is not so
    FrameError    the unit is not in the frame
    """
    checks = verify(certificate, frame=frame)
    replayed = [one.ok for one in checks if one.name.zh.startswith("重抽: 各层")]
    if replayed != [True] or any(one.ok is False for one in checks):
        raise VerifyError(
            "核验不一致或缺少文件, 不出具说明页", "the draw does not verify: no page is written about it"
        )
    said, _ = parse_certificate(read_bytes(certificate))
    source = frame or certificate.parent / "frame.parquet"
    source = source if source.exists() else certificate.parent / "frame.csv"
    rows = read_frame(read_bytes(source), name=source.name)
    write_text(target, proof_page(said, prove_unit(said, rows, unit)))
    return str(Text(f"说明页: {target}", f"page: {target}"))

"""The certificate: what a draw was made from, with which seed, and what came out.

It holds no clock, so that the same plan and seed give the same bytes for ever; times stand
in the log, which holds the certificate's digest. Source: docs/method.md, chapter 3.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import pandas as pd

from audit_lib.errors import InputError
from audit_lib.files import canonical_json, parse_canonical_json, sha256_bytes
from audit_lib.sampling.plan import Plan

CERTIFICATE_FORMAT = "audit-certificate/1"
FILES = ("plan.json", "frame.parquet", "frame.csv", "sample.xlsx")


@dataclass(frozen=True, slots=True)
class DrawnStratum:
    """One stratum: n drawn, and the ticket of the last among them (empty where none was).

    That is the largest ticket drawn; with unequal chances the one with the largest value.
    """

    key: str
    cutoff: str
    n: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """What ``certificate.json`` says, key by key, except its own digest."""

    format: str
    plan_digest: str
    frame_digest: str
    seed: str
    seed_evidence: str
    strata: tuple[DrawnStratum, ...]
    sample_digest: str
    drawn: int
    files: dict[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of everything else."""
        return sha256_bytes(canonical_json(dataclasses.asdict(self)))

    def to_bytes(self) -> bytes:
        """Return the bytes of ``certificate.json``."""
        return canonical_json(dataclasses.asdict(self) | {"certificate_digest": self.digest})


def certify(
    plan: Plan, rows: pd.DataFrame, *, seed: str, evidence: str, files: dict[str, str]
) -> Certificate:
    """Return the certificate of a draw.

    Parameters
    ----------
    rows : DataFrame[unit_id, stratum, ticket, rank, drawn]   from `draw`
    files : SHA-256 by name of plan.json, frame.parquet, frame.csv and sample.xlsx
    """
    drawn = rows[rows["drawn"]]
    return Certificate(
        format=CERTIFICATE_FORMAT,
        plan_digest=plan.digest,
        frame_digest=plan.frame_digest,
        seed=seed,
        seed_evidence=evidence,
        strata=cut_strata(plan, drawn),
        sample_digest=sample_digest(drawn),
        drawn=len(drawn),
        files=files,
    )


def parse_certificate(data: bytes) -> tuple[Certificate, str]:
    """Return the certificate that the bytes of a ``certificate.json`` hold, and the digest it claims.

    Raises
    ------
    InputError   not canonical JSON, or not a certificate of this format
    """
    content = parse_canonical_json(data, name="certificate.json")
    try:
        if not isinstance(content, dict) or content["format"] != CERTIFICATE_FORMAT:
            raise KeyError("format")
        claimed = str(content.pop("certificate_digest"))
        strata = tuple(DrawnStratum(**stratum) for stratum in content["strata"])
        certificate = Certificate(**{**content, "strata": strata})
        if not isinstance(certificate.files, dict) or set(certificate.files) != set(FILES):
            raise KeyError("files")
    except (KeyError, TypeError) as error:
        raise InputError("certificate.json 不是抽样凭证", "certificate.json is not a certificate") from error
    return certificate, claimed


def cut_strata(plan: Plan, drawn: pd.DataFrame) -> tuple[DrawnStratum, ...]:
    """Return per stratum of the plan how many were drawn, and the ticket of the last among them."""
    last = drawn.sort_values("rank").groupby("stratum")["ticket"].last().to_dict()
    count = drawn["stratum"].value_counts().to_dict()
    return tuple(
        DrawnStratum(stratum.key, last.get(stratum.key, ""), count.get(stratum.key, 0))
        for stratum in plan.strata
    )


def sample_digest(drawn: pd.DataFrame) -> str:
    """Return the SHA-256 of the drawn ids, sorted by code point and joined by newline.

    >>> sample_digest(pd.DataFrame({"unit_id": ["B", "A"]})) == sha256_bytes(b"A\\nB")
    True
    """
    return sha256_bytes("\n".join(sorted(drawn["unit_id"])).encode())

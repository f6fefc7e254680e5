"""A made-up province: invented names and codes in the structure and sizes of a real one.

`make_province` writes its files as a province would hand them over, with planted faults
and their truth. Nothing in it is about any real place, unit or person.
"""

from audit_lib.demo.distortions import demo_distortions, distort
from audit_lib.demo.making import make_province, params_text
from audit_lib.demo.places import LEAST_UNITS
from audit_lib.demo.planting import Distortion, Trace
from audit_lib.demo.province import Province, build_province
from audit_lib.demo.truth import RULES, Fault

__all__ = [
    "LEAST_UNITS",
    "RULES",
    "Distortion",
    "Fault",
    "Province",
    "Trace",
    "build_province",
    "demo_distortions",
    "distort",
    "make_province",
    "params_text",
]

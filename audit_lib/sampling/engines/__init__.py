"""Frames that outgrow memory or lie in a database: drawn there, with the same result.

queries (what is asked) -> duck, postgres, spark (who answers) -> source (what is made of it).
"""

from audit_lib.sampling.engines.source import count_source, draw_source, freeze_source

__all__ = ["count_source", "draw_source", "freeze_source"]

"""Audit and sampling toolkit for safety campaigns.

Rooms, in the order in which a row of the roster walks through them:
intake -> sampling -> field -> inference -> compliance -> investigation -> reporting.
A room imports only rooms before it; notebooks and ``cli`` are the only composers.
"""

__version__ = "0.1.0"

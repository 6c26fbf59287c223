"""Has Python look for garbage seldom: a cold start makes very many objects and keeps nearly all.

Looking through them again and again is about a sixth of a cold start. Imported before anything large.
"""

import gc

# Ten times the young objects of Python 3.13's own setting; what an event leaves is collected still.
gc.set_threshold(20_000, 10, 10)

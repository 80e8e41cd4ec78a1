"""Files of machines and acts in the shape that their owner has, as a fleet.

`file` reads one whole; `mapping` says what its columns are, `guess` proposes it.
"""

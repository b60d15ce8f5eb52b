"""Far ends of live faces: who watches over WebSocket, WHEP, or in a browser, and when what came.

All times are seconds of this machine's clock, ``time.time()``: server and far ends share it. What
came is looked at when all is over, so that looking takes no time from what is measured.
"""

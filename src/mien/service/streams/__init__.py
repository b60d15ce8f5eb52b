"""Sessions as streams that plain players and receivers take: over HTTP, and pushed by RTMP."""

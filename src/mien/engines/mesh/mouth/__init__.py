"""What an open mouth shows: the source's own, the driver's, or a painted inside."""

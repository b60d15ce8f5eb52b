"""What moves a portrait: each driver yields a stream of motion frames."""

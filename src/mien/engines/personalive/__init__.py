"""PersonaLive: a portrait drawn anew under a driver's motion, by diffusion, four frames at once."""

"""Phonemes by a Wav2Vec2 network that the user has: its file, its arithmetic, its letters."""

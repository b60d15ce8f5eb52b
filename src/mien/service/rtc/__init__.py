"""WebRTC: faces watched by WHEP, cameras and microphones sent by WHIP."""

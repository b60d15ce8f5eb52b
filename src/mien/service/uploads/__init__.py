"""Pictures, films, sounds and templates that callers sent."""

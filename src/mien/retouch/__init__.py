"""What paints over finished frames: lips that say what is heard."""

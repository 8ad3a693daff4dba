//! Transcripts of a real Redis, and the player that holds any server to them.

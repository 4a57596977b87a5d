"""The Monge-Ampère equation and the searches for a Ricci-flat potential."""

"""What a metric is for, and what is known without one: invariants of V and of its link."""

"""What a metric is like: σ, its worst point, curvature, Chern numbers, volumes."""

"""Whether a polynomial defines a smooth link: criteria, the Jacobian ideal, finite fields."""

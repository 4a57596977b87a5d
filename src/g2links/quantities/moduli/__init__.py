"""Complex structures of V: periods, the Weil-Petersson metric and Yukawa couplings, exact and by random points."""

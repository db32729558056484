-- numeric knows NaN and Infinity, which are no prices: what is sold for them could not be valued.
ALTER TABLE energy.trade ADD CONSTRAINT trades_have_a_price_that_is_a_number CHECK (price_eur_per_mwh > -100000 AND price_eur_per_mwh < 100000);

"""gatecast: how many people will come to each upcoming home game, with calibrated ranges and plans for them."""

"""Services in other stacks that `verify` must find conforming, and mistakes that it must find in them."""

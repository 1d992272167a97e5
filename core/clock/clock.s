// An assembly file, though an empty one, lets the compiler accept a function without a body.

"""The conformant behaviour, one part a concern; `behaviour.Behaviour` is their sum."""

"""What is looked for: one small file a rule or a tight family; `registry` lists them."""

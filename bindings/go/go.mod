module lookalike.example/lookalike

go 1.19

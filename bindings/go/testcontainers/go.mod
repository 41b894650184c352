module lookalike.example/lookalike/testcontainers

go 1.24

require (
	github.com/testcontainers/testcontainers-go v0.39.0
	lookalike.example/lookalike v0.1.0
)

replace lookalike.example/lookalike => ..

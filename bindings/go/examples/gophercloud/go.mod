module lookalike.example/lookalike/examples/gophercloud

go 1.19

require (
	github.com/gophercloud/gophercloud v0.12.0
	lookalike.example/lookalike v0.1.0
)

replace lookalike.example/lookalike => ../..

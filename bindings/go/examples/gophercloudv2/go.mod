module lookalike.example/lookalike/examples/gophercloudv2

go 1.22

require (
	github.com/gophercloud/gophercloud/v2 v2.14.0
	lookalike.example/lookalike v0.1.0
)

replace lookalike.example/lookalike => ../..

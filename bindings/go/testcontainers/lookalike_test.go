package lookalike_test

import (
	"context"
	"testing"

	"github.com/testcontainers/testcontainers-go"

	control "lookalike.example/lookalike"
	lookalike "lookalike.example/lookalike/testcontainers"
)

// image is what `scripts/check-dockerfile` or `docker build` makes.
const image = "lookalike:0.1.0"

func TestAFaultIsInjectedInAContainer(t *testing.T) {
	ctx := context.Background()
	ctr, err := lookalike.Run(ctx, image, lookalike.WithSeed("demo"))
	testcontainers.CleanupContainer(t, ctr)
	if err != nil {
		t.Fatal(err)
	}
	client, err := ctr.Control(ctx)
	if err != nil {
		t.Fatal(err)
	}
	id, err := client.AddFault(ctx, control.NewFault{Fault: control.FaultEffect{Status: 503}})
	if err != nil || id == "" {
		t.Fatalf("%q, %v", id, err)
	}
}

// Package gophercloudv2_test shows a test with an injected fault, for programs that use gophercloud 2.
package gophercloudv2_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"lookalike.example/lookalike"
)

func TestAnImageIsMadeAfterTheServiceWasAway(t *testing.T) {
	ctx := context.Background()
	cloud := lookalike.Run(t)
	provider, err := openstack.AuthenticatedClient(ctx, gophercloud.AuthOptions{
		IdentityEndpoint: cloud.AuthURL,
		Username:         cloud.Username,
		Password:         cloud.Password,
		TenantName:       cloud.Project,
		DomainName:       cloud.Domain,
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := openstack.NewImageV2(provider, gophercloud.EndpointOpts{Region: cloud.Region})
	if err != nil {
		t.Fatal(err)
	}
	cloud.Fault(lookalike.NewFault{
		Match: lookalike.FaultMatch{Method: "POST", Path: "/v2/images"},
		Times: 1,
		Fault: lookalike.FaultEffect{Status: http.StatusServiceUnavailable},
	})
	options := images.CreateOpts{Name: "one", DiskFormat: "raw", ContainerFormat: "bare"}
	_, err = images.Create(ctx, client, options).Extract()
	if !gophercloud.ResponseCodeIs(err, http.StatusServiceUnavailable) {
		t.Fatalf("the first call says %v", err)
	}
	image, err := images.Create(ctx, client, options).Extract()
	if err != nil || image.Name != "one" {
		t.Fatalf("the second call: %v, %v", image, err)
	}
	cloud.Verify(lookalike.Expectation{
		Match:   lookalike.RequestMatch{Method: "POST", Path: "/v2/images"},
		Exactly: lookalike.Ptr(2),
	})
}

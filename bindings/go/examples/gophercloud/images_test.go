// Package gophercloud_test shows a test with an injected fault, for programs that use gophercloud before version 2.
package gophercloud_test

import (
	"errors"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud"
	"github.com/gophercloud/gophercloud/openstack"
	"github.com/gophercloud/gophercloud/openstack/imageservice/v2/images"
	"lookalike.example/lookalike"
)

// connect logs in to the cloud of a test.
func connect(t *testing.T, cloud *lookalike.Cloud) *gophercloud.ServiceClient {
	t.Helper()
	provider, err := openstack.AuthenticatedClient(gophercloud.AuthOptions{
		IdentityEndpoint: cloud.AuthURL,
		Username:         cloud.Username,
		Password:         cloud.Password,
		TenantName:       cloud.Project,
		DomainName:       cloud.Domain,
		AllowReauth:      true,
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := openstack.NewImageServiceV2(provider, gophercloud.EndpointOpts{Region: cloud.Region})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestAnImageIsMadeAfterTheStoreWasAway(t *testing.T) {
	cloud := lookalike.Run(t)
	client := connect(t, cloud)
	cloud.Fault(lookalike.NewFault{
		Match: lookalike.FaultMatch{Method: "POST", Path: "/v2/images"},
		Times: 1,
		Fault: lookalike.FaultEffect{Status: 503},
	})
	options := images.CreateOpts{Name: "one", DiskFormat: "raw", ContainerFormat: "bare"}
	_, err := images.Create(client, options).Extract()
	var unavailable gophercloud.ErrDefault503
	if !errors.As(err, &unavailable) {
		t.Fatalf("the first call says %v", err)
	}
	image, err := images.Create(client, options).Extract()
	if err != nil || image.Name != "one" {
		t.Fatalf("the second call: %v, %v", image, err)
	}
	cloud.Verify(lookalike.Expectation{
		Match:   lookalike.RequestMatch{Method: "POST", Path: "/v2/images"},
		Exactly: lookalike.Ptr(2),
	})
}

func TestAClientLogsInAgainWhenItsTokenHasExpired(t *testing.T) {
	cloud := lookalike.Run(t)
	client := connect(t, cloud)
	cloud.Advance(48 * time.Hour)
	if _, err := images.List(client, images.ListOpts{}).AllPages(); err != nil {
		t.Fatal(err)
	}
	cloud.Verify(lookalike.Expectation{
		Match:   lookalike.RequestMatch{Method: "POST", Path: "/identity/v3/auth/tokens"},
		Exactly: lookalike.Ptr(2),
	})
}

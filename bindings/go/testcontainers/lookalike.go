// Package lookalike starts lookalike in a container, by Testcontainers for Go.
//
// It is not compiled where lookalike is tested, for Testcontainers cannot be had there: only its format is checked.
package lookalike

import (
	"context"
	"fmt"
	"net/http"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	control "lookalike.example/lookalike"
)

const (
	// port is the one that the image listens on.
	port = "9292/tcp"
	// defaultToken guards the control API until WithControlToken says otherwise: a container listens on all addresses, where
	// the API asks for a token.
	defaultToken = "testcontainers"
	// tokenVariable is the setting in the environment of the container.
	tokenVariable = "LOOKALIKE_CONTROL_TOKEN"
)

// Container is a container in which lookalike runs.
type Container struct {
	testcontainers.Container
	token string
}

// options are those of Run that are more than a change of the request.
type options struct {
	token string
}

// Option is an option of Run. It changes nothing in the request of the container itself.
type Option func(*options) error

// Compile-time check that an Option can be given to Run.
var _ testcontainers.ContainerCustomizer = Option(nil)

// Customize does nothing: Run reads the options before it makes the request.
func (o Option) Customize(*testcontainers.GenericContainerRequest) error {
	return nil
}

// WithControlToken sets the token that the control API asks for.
func WithControlToken(token string) Option {
	return func(o *options) error {
		if token == "" {
			return fmt.Errorf("the token is empty")
		}
		o.token = token
		return nil
	}
}

// WithDialect makes the server answer like another cloud: "rackspace" or "pcd".
func WithDialect(dialect string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{"LOOKALIKE_DIALECT": dialect})
}

// WithSeed gives the server a built-in seed to start with, such as "demo".
func WithSeed(seed string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{"LOOKALIKE_SEED": seed})
}

// Run starts a container from an image, and waits until the server is ready.
func Run(ctx context.Context, img string, opts ...testcontainers.ContainerCustomizer) (*Container, error) {
	settings := options{token: defaultToken}
	for _, opt := range opts {
		if apply, ok := opt.(Option); ok {
			if err := apply(&settings); err != nil {
				return nil, fmt.Errorf("lookalike option: %w", err)
			}
		}
	}
	moduleOpts := []testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(port),
		testcontainers.WithEnv(map[string]string{
			"LOOKALIKE_EPHEMERAL": "true",
			tokenVariable:         settings.token,
		}),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/_lookalike/health").WithPort(port).WithStatusCodeMatcher(func(status int) bool {
			return status == http.StatusOK
		})),
	}
	moduleOpts = append(moduleOpts, opts...)

	ctr, err := testcontainers.Run(ctx, img, moduleOpts...)
	var c *Container
	if ctr != nil {
		c = &Container{Container: ctr, token: settings.token}
	}
	if err != nil {
		return c, fmt.Errorf("run lookalike: %w", err)
	}
	return c, nil
}

// URL returns the base URL of the server, which is that of the Images API. Keystone is at /identity/v3 below it.
func (c *Container) URL(ctx context.Context) (string, error) {
	endpoint, err := c.PortEndpoint(ctx, port, "http")
	if err != nil {
		return "", fmt.Errorf("port endpoint: %w", err)
	}
	return endpoint, nil
}

// Control returns a client of the control API.
func (c *Container) Control(ctx context.Context) (*control.Client, error) {
	url, err := c.URL(ctx)
	if err != nil {
		return nil, err
	}
	client, err := control.NewClient(url)
	if err != nil {
		return nil, err
	}
	client.Token = c.token
	return client, nil
}

package lookalike

import (
	"context"
	"os"
	"strings"
	"testing"
)

// A Cloud is the sandbox of one test. Its methods end the test when the server refuses what they ask for; those of Control
// return errors.
type Cloud struct {
	// URL is the base URL, which is that of the Images API.
	URL string
	// AuthURL is the URL of Keystone, with /v3.
	AuthURL string
	// Region is the first region of the catalogue.
	Region string
	// Username, Password, Project and Domain log in as the admin. See User for others.
	Username, Password, Project, Domain string
	// Sandbox is the id of the sandbox.
	Sandbox string
	// Info has the rest.
	Info CloudInfo
	// Control sends requests to the control API of the sandbox.
	Control *Client

	t testing.TB
}

// Credentials are what a user logs in with.
type Credentials struct {
	Username, Password, Project, Domain string
}

// options are those of Run.
type options struct {
	program   string
	arguments []string
	sandbox   NewSandbox
}

// An Option changes what Run starts.
type Option func(*options)

// WithProgram names the program to start. It is found in the PATH unless the name has a slash.
func WithProgram(path string) Option {
	return func(o *options) { o.program = path }
}

// WithArguments adds options of `lookalike serve`. Tests with the same ones share a server. They are not used when LOOKALIKE_URL
// names a server.
func WithArguments(arguments ...string) Option {
	return func(o *options) { o.arguments = append(o.arguments, arguments...) }
}

// WithSeed gives the sandbox a seed to start with: the name of a built-in one, such as "demo", a text in YAML, or a document.
func WithSeed(seed any) Option {
	return func(o *options) { o.sandbox.Seed = seed }
}

// WithDialect makes the sandbox answer like another cloud: "rackspace" or "pcd".
func WithDialect(dialect string) Option {
	return func(o *options) { o.sandbox.Dialect = dialect }
}

// Run makes a sandbox for a test, and deletes it after the test. The server is the one at LOOKALIKE_URL, or else the program
// `lookalike`, which is started once and ends with the process. When the test has failed, its requests are in its log.
func Run(t testing.TB, opts ...Option) *Cloud {
	t.Helper()
	o := options{sandbox: NewSandbox{Name: name(t)}}
	for _, option := range opts {
		option(&o)
	}
	ctx := context.Background()
	url := os.Getenv("LOOKALIKE_URL")
	if url == "" {
		server, err := shared(ctx, o.program, o.arguments)
		if err != nil {
			t.Fatal(err)
		}
		url = server.URL
	}
	client, err := NewClient(url)
	if err != nil {
		t.Fatal(err)
	}
	sandbox, err := client.AddSandbox(ctx, o.sandbox)
	if err != nil {
		t.Fatal(err)
	}
	cloud := &Cloud{Sandbox: sandbox.ID, Control: client.InSandbox(sandbox), URL: sandbox.URL, t: t}
	t.Cleanup(func() { cloud.end(client) })
	if err := cloud.fill(ctx); err != nil {
		t.Fatal(err)
	}
	return cloud
}

// name returns that of a test, as far as the name of a sandbox can be long.
func name(t testing.TB) string {
	if text := t.Name(); len(text) <= 200 {
		return strings.ToValidUTF8(text, "?")
	}
	return strings.ToValidUTF8(t.Name()[:200], "?")
}

// fill asks for what the fields say.
func (c *Cloud) fill(ctx context.Context) error {
	info, err := c.Control.Info(ctx)
	if err != nil {
		return err
	}
	c.Info, c.URL, c.AuthURL = info, info.URL, info.AuthURL
	c.Region, _ = info.Cloud["region_name"].(string)
	auth, _ := info.Cloud["auth"].(map[string]any)
	for member, field := range map[string]*string{
		"username": &c.Username, "password": &c.Password, "project_name": &c.Project, "user_domain_name": &c.Domain,
	} {
		*field, _ = auth[member].(string)
	}
	return nil
}

// end shows the requests of a test that failed, and removes the sandbox.
func (c *Cloud) end(server *Client) {
	ctx := context.Background()
	if c.t.Failed() {
		requests, err := c.Control.Requests(ctx, RequestQuery{Limit: Ptr(50)})
		lines := []string{"the last requests to the cloud of this test:"}
		for _, request := range requests {
			lines = append(lines, "  "+request.line())
		}
		if err == nil {
			c.t.Log(strings.Join(lines, "\n"))
		}
	}
	// A test may have removed the sandbox itself.
	if err := server.RemoveSandbox(ctx, c.Sandbox); err != nil && !isMissing(err) {
		c.t.Error(err)
	}
}

// User returns what a user logs in with, on the first of the user's projects. The users of a new cloud are admin, demo, alt,
// demo_reader and demo_member.
func (c *Cloud) User(name string) Credentials {
	c.t.Helper()
	info := must(c.Control.Info(context.Background()))(c.t)
	for _, user := range info.Users {
		if user.Name == name && user.Password != nil && user.Project != nil {
			return Credentials{Username: name, Password: *user.Password, Project: *user.Project, Domain: user.Domain}
		}
	}
	c.t.Fatalf("lookalike: the cloud has no user %q with a known password and a project", name)
	return Credentials{}
}

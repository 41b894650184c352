package lookalike

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// AddSandbox makes a sandbox: a cloud of its own within the server. Its URL is that of a cloud, for [Client.InSandbox].
func (c *Client) AddSandbox(ctx context.Context, sandbox NewSandbox) (Sandbox, error) {
	return receive[Sandbox](ctx, c, http.MethodPost, "/sandboxes", sandbox)
}

// Sandboxes returns the sandboxes of the server.
func (c *Client) Sandboxes(ctx context.Context) ([]Sandbox, error) {
	var list struct {
		Sandboxes []Sandbox `json:"sandboxes"`
	}
	err := c.call(ctx, http.MethodGet, "/sandboxes", nil, &list)
	return list.Sandboxes, err
}

// RemoveSandbox removes a sandbox with all that is in it.
func (c *Client) RemoveSandbox(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, "/sandboxes/"+url.PathEscape(id), nil, nil)
}

// InSandbox returns a client of a sandbox.
func (c *Client) InSandbox(sandbox Sandbox) *Client {
	return c.at(sandbox.URL)
}

// Plant applies a seed: a document, or the name of a built-in seed such as "demo".
func (c *Client) Plant(ctx context.Context, seed any) (Planted, error) {
	return receive[Planted](ctx, c, http.MethodPost, "/seeds", seed)
}

// PlantYAML applies a seed in YAML.
func (c *Client) PlantYAML(ctx context.Context, seed string) (Planted, error) {
	var planted Planted
	text, err := c.send(ctx, http.MethodPost, "/seeds", "application/yaml", strings.NewReader(seed))
	if err != nil {
		return planted, err
	}
	if err := json.Unmarshal(text, &planted); err != nil {
		return planted, fmt.Errorf("lookalike: the response to a seed: %w", err)
	}
	return planted, nil
}

// snapshot returns the path of a snapshot.
func snapshot(name string) string {
	return "/snapshots/" + url.PathEscape(name)
}

// Save saves the state of the cloud as a snapshot, which replaces one of the same name.
func (c *Client) Save(ctx context.Context, name string, options SnapshotOptions) (Snapshot, error) {
	return receive[Snapshot](ctx, c, http.MethodPut, snapshot(name), options)
}

// Load restores the state of a snapshot.
func (c *Client) Load(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodPost, snapshot(name)+"/load", nil, nil)
}

// Snapshots returns the snapshots, by name.
func (c *Client) Snapshots(ctx context.Context) ([]Snapshot, error) {
	var list struct {
		Snapshots []Snapshot `json:"snapshots"`
	}
	err := c.call(ctx, http.MethodGet, "/snapshots", nil, &list)
	return list.Snapshots, err
}

// RemoveSnapshot removes a snapshot.
func (c *Client) RemoveSnapshot(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodDelete, snapshot(name), nil, nil)
}

// Export returns a snapshot as a tar archive.
func (c *Client) Export(ctx context.Context, name string) ([]byte, error) {
	return c.send(ctx, http.MethodGet, snapshot(name)+"/export", "", nil)
}

// Import saves an exported archive as a snapshot of this name. [Client.Load] then restores it.
func (c *Client) Import(ctx context.Context, name string, archive io.Reader) error {
	_, err := c.send(ctx, http.MethodPut, snapshot(name)+"/import", "application/x-tar", archive)
	return err
}

// Config returns the settings in force, by name.
func (c *Client) Config(ctx context.Context) (Settings, error) {
	return receive[Settings](ctx, c, http.MethodGet, "/config", nil)
}

// Configure changes settings while the server runs: all of them, or none. A nil stands for the default.
func (c *Client) Configure(ctx context.Context, settings Settings) (Settings, error) {
	return receive[Settings](ctx, c, http.MethodPatch, "/config", settings)
}

// RestoreConfig restores the settings at start.
func (c *Client) RestoreConfig(ctx context.Context) error {
	return c.call(ctx, http.MethodDelete, "/config", nil, nil)
}

// SetPolicy overrides policy rules. Without rules those at start are in force.
func (c *Client) SetPolicy(ctx context.Context, rules Policy) (Policy, error) {
	if len(rules) == 0 {
		return nil, c.call(ctx, http.MethodDelete, "/policy", nil, nil)
	}
	return receive[Policy](ctx, c, http.MethodPut, "/policy", rules)
}

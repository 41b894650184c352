package lookalike

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"
)

// must returns a function that ends a test if there is an error, and else returns the value.
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// check ends a test if there is an error.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// isMissing tells whether an error says that something is not there.
func isMissing(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Status == http.StatusNotFound
}

// Fault injects a fault, and returns its id.
func (c *Cloud) Fault(fault NewFault) string {
	c.t.Helper()
	return must(c.Control.AddFault(context.Background(), fault))(c.t)
}

// Pace sets how long images and tasks stay in each state. Without rules nothing is held.
func (c *Cloud) Pace(rules ...PaceRule) {
	c.t.Helper()
	_, err := c.Control.SetPace(context.Background(), rules...)
	check(c.t, err)
}

// Freeze stops the clock of the cloud at a time.
func (c *Cloud) Freeze(at time.Time) {
	c.t.Helper()
	change := ClockChange{Now: at.UTC().Format(time.RFC3339Nano), Frozen: Ptr(true)}
	_, err := c.Control.SetClock(context.Background(), change)
	check(c.t, err)
}

// Advance moves the clock of the cloud on.
func (c *Cloud) Advance(by time.Duration) {
	c.t.Helper()
	_, err := c.Control.Advance(context.Background(), by)
	check(c.t, err)
}

// Requests returns the requests that the cloud received and that meet the conditions, oldest first.
func (c *Cloud) Requests(query RequestQuery) []RecordedRequest {
	c.t.Helper()
	return must(c.Control.Requests(context.Background(), query))(c.t)
}

// Verify fails the test if other requests arrived than were expected, and goes on. It returns how many match.
func (c *Cloud) Verify(expectation Expectation) int {
	c.t.Helper()
	count, err := c.Control.Verify(context.Background(), expectation)
	var unmet *Unmet
	if errors.As(err, &unmet) {
		c.t.Error(err)
		return count
	}
	check(c.t, err)
	return count
}

// Plant applies a seed: a document, or the name of a built-in one such as "demo".
func (c *Cloud) Plant(seed any) Planted {
	c.t.Helper()
	return must(c.Control.Plant(context.Background(), seed))(c.t)
}

// Save saves the state of the cloud as a snapshot.
func (c *Cloud) Save(name string) {
	c.t.Helper()
	_, err := c.Control.Save(context.Background(), name, SnapshotOptions{})
	check(c.t, err)
}

// Load restores the state of a snapshot.
func (c *Cloud) Load(name string) {
	c.t.Helper()
	check(c.t, c.Control.Load(context.Background(), name))
}

// Reset puts the cloud back to its initial state.
func (c *Cloud) Reset() {
	c.t.Helper()
	check(c.t, c.Control.Reset(context.Background(), ResetOptions{}))
}

// Configure changes settings of the cloud.
func (c *Cloud) Configure(settings Settings) {
	c.t.Helper()
	_, err := c.Control.Configure(context.Background(), settings)
	check(c.t, err)
}

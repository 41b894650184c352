package lookalike

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Info returns the URLs of the cloud, what clients are configured with, and its users.
func (c *Client) Info(ctx context.Context) (CloudInfo, error) {
	return receive[CloudInfo](ctx, c, http.MethodGet, "/cloud", nil)
}

// Status returns what runs, and how much there is of everything.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return receive[Status](ctx, c, http.MethodGet, "/status", nil)
}

// Reset puts the cloud back to its initial state.
func (c *Client) Reset(ctx context.Context, options ResetOptions) error {
	return c.call(ctx, http.MethodPost, "/reset", options, nil)
}

// AddFault adds a fault after all others, and returns its id.
func (c *Client) AddFault(ctx context.Context, fault NewFault) (string, error) {
	var added Fault
	err := c.call(ctx, http.MethodPost, "/faults", fault, &added)
	return added.ID, err
}

// Faults returns the faults, in the order in which they are tried, with their counters.
func (c *Client) Faults(ctx context.Context) ([]Fault, error) {
	var list struct {
		Faults []Fault `json:"faults"`
	}
	err := c.call(ctx, http.MethodGet, "/faults", nil, &list)
	return list.Faults, err
}

// RemoveFault removes a fault. An empty id removes all.
func (c *Client) RemoveFault(ctx context.Context, id string) error {
	path := "/faults"
	if id != "" {
		path += "/" + url.PathEscape(id)
	}
	return c.call(ctx, http.MethodDelete, path, nil, nil)
}

// SetPace replaces the rules for how long images and tasks stay in each state. Without rules nothing is held.
func (c *Client) SetPace(ctx context.Context, rules ...PaceRule) (PaceShown, error) {
	if len(rules) == 0 {
		return PaceShown{}, c.call(ctx, http.MethodDelete, "/pace", nil, nil)
	}
	return receive[PaceShown](ctx, c, http.MethodPut, "/pace", PaceRules{Rules: rules})
}

// Pace returns the rules, and the work that they hold now.
func (c *Client) Pace(ctx context.Context) (PaceShown, error) {
	return receive[PaceShown](ctx, c, http.MethodGet, "/pace", nil)
}

// Clock returns the state of the clock.
func (c *Client) Clock(ctx context.Context) (Clock, error) {
	return receive[Clock](ctx, c, http.MethodGet, "/clock", nil)
}

// SetClock sets, freezes or runs the clock: what is missing in the change stays as it is.
func (c *Client) SetClock(ctx context.Context, change ClockChange) (Clock, error) {
	return receive[Clock](ctx, c, http.MethodPut, "/clock", change)
}

// Advance moves the clock on, or back, whether it is frozen or not.
func (c *Client) Advance(ctx context.Context, by time.Duration) (Clock, error) {
	body := map[string]float64{"seconds": by.Seconds()}
	return receive[Clock](ctx, c, http.MethodPost, "/clock/advance", body)
}

// RestoreClock puts the clock back to the one at start.
func (c *Client) RestoreClock(ctx context.Context) error {
	return c.call(ctx, http.MethodDelete, "/clock", nil, nil)
}

// Requests returns the requests in the journal that meet the conditions, oldest first.
func (c *Client) Requests(ctx context.Context, query RequestQuery) ([]RecordedRequest, error) {
	var list struct {
		Requests []RecordedRequest `json:"requests"`
	}
	err := c.call(ctx, http.MethodGet, "/requests"+query.text(), nil, &list)
	return list.Requests, err
}

// text returns the query of a URL, with its question mark.
func (q RequestQuery) text() string {
	values := url.Values{}
	for name, value := range map[string]string{
		"method": q.Method, "path": q.Path, "status": q.Status, "since": q.Since, "user": q.User,
		"project": q.Project, "region": q.Region, "interface": q.Interface,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if q.Limit != nil {
		values.Set("limit", strconv.Itoa(*q.Limit))
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// ForgetRequests empties the journal.
func (c *Client) ForgetRequests(ctx context.Context) error {
	return c.call(ctx, http.MethodDelete, "/requests", nil, nil)
}

// An Unmet error says that other requests arrived than were expected.
type Unmet struct {
	Mismatch
}

// Error returns the message of the server, and how the closest requests differ.
func (u *Unmet) Error() string {
	lines := []string{"lookalike: " + u.Mismatch.Error.Message}
	for _, closest := range u.Closest {
		request := closest.Request
		line := "  " + request.line()
		if len(closest.Differs) > 0 {
			line += ": " + strings.Join(closest.Differs, "; ")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// line returns a request as one line.
func (r RecordedRequest) line() string {
	status := "no response"
	if r.Status != nil {
		status = strconv.Itoa(*r.Status)
	}
	path := r.Path
	if r.Query != "" {
		path += "?" + r.Query
	}
	line := r.Method + " " + path + " → " + status
	if r.Fault != "" {
		line += " (fault " + r.Fault + ")"
	}
	return line
}

// Verify returns how many requests in the journal match. The error is an [Unmet], if that is not what was expected.
func (c *Client) Verify(ctx context.Context, expectation Expectation) (int, error) {
	var result struct {
		Count int `json:"count"`
	}
	err := c.call(ctx, http.MethodPost, "/requests/verify", expectation, &result)
	var refused *Error
	if errors.As(err, &refused) && refused.Status == http.StatusExpectationFailed {
		unmet := &Unmet{}
		if wrong := json.Unmarshal(refused.Body, &unmet.Mismatch); wrong != nil {
			return 0, err
		}
		return unmet.Count, unmet
	}
	return result.Count, err
}

// Unread returns what clients sent and nothing read: fields, parameters and headers.
func (c *Client) Unread(ctx context.Context) ([]UnreadRoute, error) {
	var input UnreadInput
	err := c.call(ctx, http.MethodGet, "/unread", nil, &input)
	return input.Routes, err
}

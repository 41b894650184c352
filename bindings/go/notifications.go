package lookalike

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// A NotificationStream has the notifications of Glance as they are sent.
type NotificationStream struct {
	body   io.ReadCloser
	reader *bufio.Reader
}

// Notifications opens the stream of notifications. It goes on behind the one with this id, unless that is empty, until the
// context is done, the server stops or the cloud is reset.
func (c *Client) Notifications(ctx context.Context, lastID string) (*NotificationStream, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/_lookalike/events", nil)
	if err != nil {
		return nil, fmt.Errorf("lookalike: %w", err)
	}
	if lastID != "" {
		request.Header.Set("Last-Event-ID", lastID)
	}
	if c.Token != "" {
		request.Header.Set("X-Lookalike-Token", c.Token)
	}
	sender := http.Client{}
	if c.HTTP != nil {
		sender = *c.HTTP
	}
	// The context says how long a stream lasts.
	sender.Timeout = 0
	response, err := sender.Do(request)
	if err != nil {
		return nil, fmt.Errorf("lookalike: %w", err)
	}
	if response.StatusCode >= 300 {
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			return nil, fmt.Errorf("lookalike: GET /events: %w", err)
		}
		return nil, refusal(response.StatusCode, text)
	}
	return &NotificationStream{body: response.Body, reader: bufio.NewReader(response.Body)}, nil
}

// Next waits for the next notification, and returns it with its id. The error of a stream that has ended is [io.EOF].
func (s *NotificationStream) Next() (id string, notification Notification, err error) {
	event := ""
	for {
		line, err := s.reader.ReadString('\n')
		if err != nil {
			return "", notification, err
		}
		name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case name == "event":
			event = value
		case name == "id":
			id = value
		case name == "data" && event == "notification":
			err := json.Unmarshal([]byte(value), &notification)
			return id, notification, err
		}
	}
}

// Close ends the stream.
func (s *NotificationStream) Close() error {
	return s.body.Close()
}

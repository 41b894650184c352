package lookalike

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// patience is how long a client waits for a response of the control API, which answers in milliseconds.
const patience = 60 * time.Second

// A Client sends requests to the control API of one cloud: that of a server, or that of a sandbox.
type Client struct {
	// URL is the base URL of the cloud, without a slash at its end.
	URL string
	// Token is what the server's --control-token asks for; empty if it asks for none.
	Token string
	// HTTP sends the requests.
	HTTP *http.Client
}

// An Error is a response of the control API that refuses a request.
type Error struct {
	// Status is that of the response.
	Status int
	// Message is what the server says.
	Message string
	// Body is the whole body.
	Body []byte
}

// Error returns the message and the status.
func (e *Error) Error() string {
	return fmt.Sprintf("lookalike: %s (status %d)", e.Message, e.Status)
}

// NewClient returns a client of the cloud at a URL, such as http://127.0.0.1:9292 or that of a sandbox. The token is that of
// LOOKALIKE_CONTROL_TOKEN, and the CAs to trust are those in the file of OS_CACERT, if there is one.
func NewClient(url string) (*Client, error) {
	transport, err := transport(os.Getenv("OS_CACERT"))
	if err != nil {
		return nil, err
	}
	url = strings.TrimSuffix(strings.TrimRight(url, "/"), "/_lookalike")
	return &Client{
		URL:   url,
		Token: os.Getenv("LOOKALIKE_CONTROL_TOKEN"),
		HTTP:  &http.Client{Transport: transport, Timeout: patience},
	}, nil
}

// transport returns one that trusts the CAs in a file, or those of the machine.
func transport(file string) (*http.Transport, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if file == "" {
		return transport, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("lookalike: the file of OS_CACERT: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("lookalike: the file of OS_CACERT, %s, has no certificate", file)
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return transport, nil
}

// at returns a client of another cloud of the same server.
func (c *Client) at(url string) *Client {
	other := *c
	other.URL = url
	return &other
}

// send sends a request to the control API, and returns the body of a response that is no refusal. A body of the request is
// given as bytes with their type.
func (c *Client) send(ctx context.Context, method, path, kind string, body io.Reader) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.URL+"/_lookalike"+path, body)
	if err != nil {
		return nil, fmt.Errorf("lookalike: %w", err)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if c.Token != "" {
		request.Header.Set("X-Lookalike-Token", c.Token)
	}
	sender := c.HTTP
	if sender == nil {
		sender = http.DefaultClient
	}
	response, err := sender.Do(request)
	if err != nil {
		return nil, fmt.Errorf("lookalike: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("lookalike: %s %s: %w", method, path, err)
	}
	if response.StatusCode >= 300 {
		return nil, refusal(response.StatusCode, text)
	}
	return text, nil
}

// refusal returns the error that a response stands for.
func refusal(status int, body []byte) *Error {
	var document struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	message := http.StatusText(status)
	if json.Unmarshal(body, &document) == nil && document.Error.Message != "" {
		message = document.Error.Message
	}
	return &Error{Status: status, Message: message, Body: body}
}

// call sends a document, if there is one, and reads the response into another, if there is one.
func (c *Client) call(ctx context.Context, method, path string, document, result any) error {
	var body io.Reader
	kind := ""
	if document != nil {
		text, err := json.Marshal(document)
		if err != nil {
			return fmt.Errorf("lookalike: %w", err)
		}
		body, kind = bytes.NewReader(text), "application/json"
	}
	text, err := c.send(ctx, method, path, kind, body)
	if err != nil || result == nil {
		return err
	}
	if err := json.Unmarshal(text, result); err != nil {
		return fmt.Errorf("lookalike: the response to %s %s: %w", method, path, err)
	}
	return nil
}

// receive sends a document, if there is one, and returns the response.
func receive[T any](ctx context.Context, c *Client, method, path string, document any) (T, error) {
	var result T
	err := c.call(ctx, method, path, document, &result)
	return result, err
}

// Ptr returns a pointer to a value, for fields that tell 0 from nothing.
func Ptr[T any](value T) *T {
	return &value
}

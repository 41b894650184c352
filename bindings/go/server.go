package lookalike

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// startup is how long a server may take until it answers.
const startup = 30 * time.Second

// guard is the script of a shell that runs the program, and stops it and removes its directory when the other end of standard
// input is closed: by Stop, or because the process that started it has ended, in whatever way.
const guard = `dir=$1
shift
{
	sh -c 'echo $$ >"$0/pid"; exec "$@"' "$dir" "$@" </dev/null >"$dir/log" 2>&1
	: >"$dir/ended"
} &
trap '' INT TERM HUP
read -r _
until [ -s "$dir/pid" ] || [ -e "$dir/ended" ]; do sleep 0.01; done
kill "$(cat "$dir/pid")" 2>/dev/null
wait
rm -rf "$dir"`

// A Server is a program that this process started. It ends with this process at the latest.
type Server struct {
	// URL is that of its own cloud.
	URL string

	dir   string
	shell *exec.Cmd
	guard io.WriteCloser
}

// Start starts the program on a free port of 127.0.0.1, with options of `lookalike serve`, and waits until it answers. Its data
// is in memory. An empty path stands for `lookalike` in the PATH.
func Start(ctx context.Context, program string, options ...string) (*Server, error) {
	if program == "" {
		program = "lookalike"
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, fmt.Errorf("lookalike: the program is not there (%w): install it, name it with WithProgram, or set LOOKALIKE_URL to the URL of a server that runs", err)
	}
	dir, err := os.MkdirTemp("", "lookalike-go-")
	if err != nil {
		return nil, fmt.Errorf("lookalike: %w", err)
	}
	server := &Server{dir: dir}
	arguments := []string{"-c", guard, "sh", dir, path, "serve", "--ephemeral", "--listen", "127.0.0.1:0", "--port-file", server.file("port")}
	server.shell = exec.Command("/bin/sh", append(arguments, options...)...)
	server.shell.Env = environment()
	if server.guard, err = server.shell.StdinPipe(); err == nil {
		err = server.shell.Start()
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("lookalike: %w", err)
	}
	if err := server.wait(ctx); err != nil {
		log := server.Log()
		server.Stop()
		return nil, fmt.Errorf("lookalike: %w\n%s", err, log)
	}
	return server, nil
}

// environment returns that of this process, without what would lead the program elsewhere.
func environment() []string {
	var kept []string
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		switch name {
		case "LOOKALIKE_LISTEN", "LOOKALIKE_PORT_FILE", "LOOKALIKE_DATA", "LOOKALIKE_EPHEMERAL", "LOOKALIKE_URL":
		default:
			kept = append(kept, line)
		}
	}
	return kept
}

// file returns the path of a file in the directory of the server.
func (s *Server) file(name string) string {
	return filepath.Join(s.dir, name)
}

// wait waits until the server answers.
func (s *Server) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startup)
	defer cancel()
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		if s.find() {
			client, err := NewClient(s.URL)
			if err != nil {
				return err
			}
			if _, err = client.send(ctx, "GET", "/health", "", nil); err == nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the program did not answer within %s: %w", startup, ctx.Err())
		case <-time.After(pause):
		}
		if _, err := os.Stat(s.file("ended")); err == nil {
			return errors.New("the program ended before it answered")
		}
	}
}

// find reads the port that the server took, if it has said so yet.
func (s *Server) find() bool {
	text, err := os.ReadFile(s.file("port"))
	port := strings.TrimSpace(string(text))
	if err != nil || port == "" {
		return false
	}
	s.URL = "http://127.0.0.1:" + port
	return true
}

// min returns the shorter of two durations.
func min(one, other time.Duration) time.Duration {
	if one < other {
		return one
	}
	return other
}

// Log returns what the program has written.
func (s *Server) Log() string {
	text, err := os.ReadFile(s.file("log"))
	if err != nil {
		return ""
	}
	return string(text)
}

// Stop stops the program, and waits for its end.
func (s *Server) Stop() error {
	s.guard.Close()
	return s.shell.Wait()
}

// servers has those that Run started, by program and options.
var servers = struct {
	sync.Mutex
	started map[string]*Server
}{started: map[string]*Server{}}

// shared returns the server with these options, which is started if it does not run yet.
func shared(ctx context.Context, program string, options []string) (*Server, error) {
	servers.Lock()
	defer servers.Unlock()
	key := strings.Join(append([]string{program}, options...), "\x00")
	if server := servers.started[key]; server != nil {
		return server, nil
	}
	server, err := Start(ctx, program, options...)
	if err == nil {
		servers.started[key] = server
	}
	return server, err
}

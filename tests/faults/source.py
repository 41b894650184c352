"""Web servers that images are downloaded from, and that are of no good."""
import contextlib
import http.server
import threading


class HostileSource:
    """Drips, never ends, leads elsewhere, or breaks off."""

    def __init__(self):
        source = self
        self.stopping = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                with contextlib.suppress(OSError):
                    getattr(source, self.path.strip("/"))(self)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def close(self):
        self.stopping.set()
        self.server.shutdown()

    def head(self, request, **headers):
        request.send_response(302 if "Location" in headers else 200)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()

    def drip(self, request):
        self.head(request)
        while not self.stopping.wait(0.02):
            request.wfile.write(b".")

    def endless(self, request):
        """As fast as it can be read, but no disk shall be full: 64 MiB, and then a pause."""
        self.head(request)
        for _ in range(64):
            request.wfile.write(bytes(1 << 20))
        self.stopping.wait(5)

    def redirect(self, request):
        self.head(request, Location=self.url("/redirect"))

    def cut(self, request):
        self.head(request, Content_Length="1000000")
        request.wfile.write(bytes(1000))
        request.connection.close()

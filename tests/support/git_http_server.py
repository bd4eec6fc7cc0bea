#!/usr/bin/env python3
"""Serves a folder of repositories by git's smart HTTP protocol on 127.0.0.1, through `git http-backend`.

usage: git_http_server.py PORT FOLDER [USER:PASSWORD [CERTIFICATE KEY]]

With USER:PASSWORD every request needs basic authentication. Requests below /moved/ are redirected to the same path without it,
those below /away/ to the same on another host name.
With CERTIFICATE and KEY it speaks TLS.
"""
import base64
import http.server
import os
import ssl
import subprocess
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root = ""
    login = ""

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                part = self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return b"".join(parts)
                parts.append(part)
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        # One write for head and body, as servers do.
        self._headers_buffer.append(b"\r\n" + body)
        self.flush_headers()

    def serve(self):
        body = self.body()
        if self.path.startswith("/moved/"):
            return self.answer(302, [("Location", self.path[len("/moved"):])], b"")
        if self.path.startswith("/away/"):
            port = self.server.server_address[1]
            return self.answer(302, [("Location", f"http://localhost:{port}" + self.path[len("/away"):])], b"")
        wanted = "Basic " + base64.b64encode(self.login.encode()).decode()
        if self.login and self.headers.get("Authorization") != wanted:
            return self.answer(401, [("WWW-Authenticate", 'Basic realm="git"'), ("Content-Type", "text/plain")],
                               b"Unauthorized")
        path, _, query = self.path.partition("?")
        environment = dict(
            os.environ, GIT_PROJECT_ROOT=self.root, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path, QUERY_STRING=query,
            REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get("Content-Type", ""),
            CONTENT_LENGTH=str(len(body)), REMOTE_USER="tests", REMOTE_ADDR="127.0.0.1")
        if self.headers.get("Content-Encoding"):
            environment["HTTP_CONTENT_ENCODING"] = self.headers["Content-Encoding"]
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        status, headers = 200, []
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "status":
                status = int(value.split()[0])
            elif name:
                headers.append((name, value))
        return self.answer(status, headers, content)

    do_GET = serve
    do_POST = serve


def main():
    Handler.root = sys.argv[2]
    Handler.login = sys.argv[3] if len(sys.argv) > 3 else ""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    if len(sys.argv) > 5:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[4], sys.argv[5])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

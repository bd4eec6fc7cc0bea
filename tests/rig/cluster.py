"""A Kubernetes API server with its controllers and Argo CD's, without kubelets: kwok plays the nodes.

Everything listens on free ports of 127.0.0.1, lies in one folder and is ended by its process group. The one exception is Argo CD's
own: the application controller serves its metrics on every interface."""

import base64
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import textwrap
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CONTROLLERS = ("namespace-controller", "garbage-collector-controller", "serviceaccount-controller", "clusterrole-aggregation-controller",
               "root-ca-certificate-publisher-controller", "deployment-controller", "replicaset-controller", "job-controller")
# Argo CD's own, in the order in which they are made.
CONFIGURATION = ("argocd-cm", "argocd-cmd-params-cm", "argocd-gpg-keys-cm", "argocd-rbac-cm", "argocd-ssh-known-hosts-cm", "argocd-tls-certs-cm",
                 "argocd-secret")
HEALTH = "resource.customizations.health."


class RigError(Exception):
    pass


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def answers(port):
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0


def until(seconds, what, condition):
    """Waits until condition() is true, and returns what it gave."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            raise RigError(f"not within {seconds} s: {what}")
        time.sleep(0.2)
    return result


class Cluster:
    """Started by `with`. `programs` is what `./dev rig` installs; without Argo CD it is a plain cluster beside the servers."""

    PORTS = ("etcd", "etcd_peer", "api", "manager", "scheduler", "redis", "git", "registry", "mirror", "charts", "secured", "repo", "repo_metrics",
             "app_metrics", "set_metrics", "set_probe", "set_webhook")

    def __init__(self, programs, folder, has_argocd=True):
        self.programs = programs
        self.folder = folder
        self.has_argocd = has_argocd
        self.processes = {}
        self.port = dict(zip(self.PORTS, free_ports(len(self.PORTS))))
        self.api = f"https://127.0.0.1:{self.port['api']}"
        self.token = secrets.token_hex(16)
        self.git = f"git://127.0.0.1:{self.port['git']}"
        self.registry = f"127.0.0.1:{self.port['registry']}"  # where charts and bundles are published
        self.mirror = f"127.0.0.1:{self.port['mirror']}"  # gets bundles by copy alone
        for name in ("home", "logs", "git", "tls", "wrappers"):
            os.makedirs(self.path(name), exist_ok=True)
        # Nothing of the user's own settings, and nothing written outside of the folder.
        self.environment = {"HOME": self.path("home"), "TMPDIR": self.path("home"), "LANG": "C.UTF-8", "KUBECONFIG": self.path("kubeconfig"),
                            "PATH": os.pathsep.join([os.path.join(programs, "bin"), self.path("wrappers"), os.environ["PATH"]])}

    def path(self, *names):
        return os.path.join(self.folder, *names)

    # --- programs ---

    def run(self, *command, text=None, check=True):
        done = subprocess.run(command, env=self.environment, input=text, capture_output=True, text=True, cwd=self.folder, check=False)
        if check and done.returncode != 0:
            raise RigError(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def kubectl(self, *arguments, text=None, check=True):
        return self.run("kubectl", *arguments, text=text, check=check).stdout

    def start(self, name, *command, **environment):
        with open(self.path("logs", name), "ab") as log:
            self.processes[name] = subprocess.Popen(command, env={**self.environment, **environment}, stdin=subprocess.DEVNULL, stdout=log,
                                                    stderr=log, cwd=self.folder, start_new_session=True)

    def wait(self, name, condition):
        def ready():
            if self.processes[name].poll() is not None:
                raise RigError(f"{name} ended:\n{self.log(name)}")
            return condition()
        until(90, f"{name} is ready\n", ready)

    def log(self, name):
        with open(self.path("logs", name), encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-20:])

    def stop(self, *names):
        for name in names:
            os.killpg(self.processes[name].pid, signal.SIGTERM) if self.processes[name].poll() is None else None
        for name in names:
            process = self.processes.pop(name)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def __enter__(self):
        try:
            self.start_servers()
            self.start_kubernetes()
            if self.has_argocd:
                self.start_argocd()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # Whoever uses another program ends before it.
        for name in reversed(list(self.processes)):
            self.stop(name)

    # --- what is started ---

    def start_servers(self):
        self.start("redis", "redis-server", "--bind", "127.0.0.1", "--port", str(self.port["redis"]), "--save", "", "--appendonly", "no")
        with open(self.path("home", ".gitconfig"), "w", encoding="utf-8") as file:
            file.write("[safe]\n\tdirectory = *\n")
        daemon = os.path.join(self.run("git", "--exec-path").stdout.strip(), "git-daemon")
        self.start("git", daemon, "--listen=127.0.0.1", f"--port={self.port['git']}", f"--base-path={self.path('git')}", "--export-all",
                   "--enable=receive-pack", self.path("git"))
        for name in ("redis", "git"):
            self.wait(name, lambda name=name: answers(self.port[name]))
        for name in ("registry", "mirror"):
            self.start_registry(name)

    def start_registry(self, name, tls=""):
        """`tls`: what stands in its settings for a certificate."""
        with open(self.path(name + ".yaml"), "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(f"""\
                version: 0.1
                log: {{level: warn}}
                storage: {{filesystem: {{rootdirectory: "{self.path(name)}"}}}}
                http: {{addr: "127.0.0.1:{self.port[name]}"{tls}}}
                """))
        self.start(name, "docker-registry", "serve", self.path(name + ".yaml"))
        self.wait(name, lambda: answers(self.port[name]))

    def start_secured_registry(self):
        """Shows the API server's certificate; whoever trusts its authority can use it (SSL_CERT_FILE). Returns where it is."""
        self.start_registry("secured", f', tls: {{certificate: "{self.path("tls", "api.crt")}", key: "{self.path("tls", "api.key")}"}}')
        return f"127.0.0.1:{self.port['secured']}"

    def serve_files(self, folder):
        """A folder over HTTP. Returns its address."""
        self.start("charts", sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder, str(self.port["charts"]))
        self.wait("charts", lambda: answers(self.port["charts"]))
        return f"http://127.0.0.1:{self.port['charts']}"

    def make_keys(self):
        def openssl(*arguments):
            self.run("openssl", *(self.path("tls", word) if word.endswith((".key", ".crt", ".csr", ".cnf", ".pub")) else word
                                  for word in arguments))
        for name in ("ca", "api", "accounts"):
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name + ".key")
        openssl("ec", "-in", "accounts.key", "-pubout", "-out", "accounts.pub")
        openssl("req", "-x509", "-new", "-key", "ca.key", "-days", "30", "-subj", "/CN=rig", "-out", "ca.crt")
        with open(self.path("tls", "api.cnf"), "w", encoding="utf-8") as file:
            file.write("subjectAltName=IP:127.0.0.1,IP:10.96.0.1,DNS:kubernetes.default.svc\nextendedKeyUsage=serverAuth\n")
        openssl("req", "-new", "-key", "api.key", "-subj", "/CN=kube-apiserver", "-out", "api.csr")
        openssl("x509", "-req", "-in", "api.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "api.cnf",
                "-out", "api.crt")
        with open(self.path("tls", "tokens"), "w", encoding="utf-8", opener=private) as file:
            file.write(f"{self.token},admin,admin,system:masters\n")
        with open(self.path("tls", "ca.crt"), "rb") as file:
            authority = base64.b64encode(file.read()).decode()
        with open(self.path("kubeconfig"), "w", encoding="utf-8", opener=private) as file:
            file.write(textwrap.dedent(f"""\
                apiVersion: v1
                kind: Config
                clusters: [{{name: rig, cluster: {{server: "{self.api}", certificate-authority-data: {authority}}}}}]
                users: [{{name: admin, user: {{token: "{self.token}"}}}}]
                contexts: [{{name: rig, context: {{cluster: rig, user: admin, namespace: argocd}}}}]
                current-context: rig
                """))

    def start_kubernetes(self):
        self.make_keys()
        tls = self.path("tls")
        etcd = f"http://127.0.0.1:{self.port['etcd']}"
        peer = f"http://127.0.0.1:{self.port['etcd_peer']}"
        self.start("etcd", "etcd", "--data-dir", self.path("etcd"), "--listen-client-urls", etcd, "--advertise-client-urls", etcd,
                   "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}", "--unsafe-no-fsync",
                   "--log-level", "warn")
        # No admission by readiness of nodes: the controller that would lift that taint needs kubelets.
        self.start("kube-apiserver", "kube-apiserver", "--etcd-servers", etcd, "--bind-address", "127.0.0.1", "--secure-port",
                   str(self.port["api"]), "--advertise-address", "127.0.0.1", "--endpoint-reconciler-type", "none", "--tls-cert-file",
                   f"{tls}/api.crt", "--tls-private-key-file", f"{tls}/api.key", "--token-auth-file", f"{tls}/tokens", "--authorization-mode", "RBAC",
                   "--anonymous-auth=false", "--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file",
                   f"{tls}/accounts.pub", "--service-account-signing-key-file", f"{tls}/accounts.key", "--service-cluster-ip-range", "10.96.0.0/16",
                   "--disable-admission-plugins", "TaintNodesByCondition", "--profiling=false")
        self.wait("kube-apiserver", lambda: self.kubectl("get", "--raw", "/readyz", check=False) == "ok")
        client = ("--kubeconfig", self.path("kubeconfig"))
        local = ("--leader-elect=false", "--bind-address", "127.0.0.1", "--cert-dir", self.path("tls"))
        self.start("kube-controller-manager", "kube-controller-manager", *client, *local, "--secure-port", str(self.port["manager"]),
                   "--controllers", ",".join(CONTROLLERS), "--service-account-private-key-file", f"{tls}/accounts.key", "--root-ca-file",
                   f"{tls}/ca.crt", "--kube-api-qps", "200", "--kube-api-burst", "400")
        self.start("kube-scheduler", "kube-scheduler", *client, *local, "--secure-port", str(self.port["scheduler"]))
        self.kubectl("apply", "-f", os.path.join(HERE, "kwok", "nodes.yaml"))
        until(60, "kwok says that its node is ready", self.node_is_ready)

    def node_is_ready(self):
        # kwok 0.8.0 can end at its start ("fatal error: concurrent map writes").
        if "kwok" not in self.processes or self.processes["kwok"].poll() is not None:
            self.start("kwok", "kwok", "--kubeconfig", self.path("kubeconfig"), "--manage-all-nodes", "--config",
                       os.path.join(HERE, "kwok", "stages.yaml"), "--node-lease-duration-seconds", "0")
        return " Ready" in self.kubectl("get", "nodes", "--no-headers")

    def start_argocd(self):
        files = os.path.join(self.programs, "argocd")
        # Without this script, which it calls for every git source, the repository server says "permission denied".
        for name in ("git-verify-wrapper.sh", "gpg-wrapper.sh"):
            self.run("install", "-m", "755", os.path.join(files, name), self.path("wrappers", name))
        self.kubectl("create", "namespace", "argocd")
        for name in ("application", "applicationset", "appproject"):
            self.kubectl("apply", "--server-side", "-f", os.path.join(files, name + "-crd.yaml"))
            until(60, f"definition of {name}s", lambda name=name: self.run("kubectl", "get", name + "s.argoproj.io", check=False).returncode == 0)
        for name in CONFIGURATION:
            self.kubectl("create", "-f", os.path.join(files, name + ".yaml"))
        self.kubectl("patch", "secret", "argocd-secret", "--type", "merge", "-p",
                     '{"stringData": {"server.secretkey": "%s"}}' % secrets.token_hex(16))
        self.start_argocd_program("argocd-repo-server", "--port", str(self.port["repo"]), "--address", "127.0.0.1", "--metrics-address", "127.0.0.1",
                                  "--metrics-port", str(self.port["repo_metrics"]), "--redis", f"127.0.0.1:{self.port['redis']}", "--disable-tls",
                                  "--client-ca-path", "", "--revision-cache-expiration", "2s")
        self.wait("argocd-repo-server", lambda: answers(self.port["repo"]))
        self.start_application_controller()
        self.start_argocd_program("argocd-applicationset-controller", "--kubeconfig", self.path("kubeconfig"), "--namespace", "argocd",
                                  "--metrics-addr", f"127.0.0.1:{self.port['set_metrics']}", "--probe-addr", f"127.0.0.1:{self.port['set_probe']}",
                                  "--webhook-addr", f"127.0.0.1:{self.port['set_webhook']}", "--argocd-repo-server",
                                  f"127.0.0.1:{self.port['repo']}", "--repo-server-plaintext", "--enable-progressive-syncs")
        self.wait("argocd-applicationset-controller", lambda: answers(self.port["set_probe"]))

    def start_application_controller(self, sync_timeout=0):
        """`sync_timeout`: seconds (controller.sync.timeout.seconds); 0 is none, as shipped."""
        if "argocd-application-controller" in self.processes:
            self.stop("argocd-application-controller")
        self.start_argocd_program("argocd-application-controller", "--kubeconfig", self.path("kubeconfig"), "--namespace", "argocd",
                                  "--metrics-port", str(self.port["app_metrics"]), "--redis", f"127.0.0.1:{self.port['redis']}", "--repo-server",
                                  f"127.0.0.1:{self.port['repo']}", "--repo-server-plaintext", "--app-resync", "5", "--app-resync-jitter", "0",
                                  "--sync-timeout", str(sync_timeout))
        self.wait("argocd-application-controller", lambda: answers(self.port["app_metrics"]))

    def start_argocd_program(self, name, *arguments):
        data = {f"ARGOCD_{word}": self.path("argocd", word.lower()) for word in ("TLS_DATA_PATH", "SSH_DATA_PATH", "GPG_DATA_PATH", "GNUPGHOME",
                                                                                "PLUGINSOCKFILEPATH")}
        for folder in data.values():
            os.makedirs(folder, exist_ok=True)
        self.start(name, "argocd", *arguments, "--loglevel", "info", "--logformat", "text", ARGOCD_BINARY_NAME=name, ARGOCD_FAKE_IN_CLUSTER="true",
                   ARGOCD_GPG_ENABLED="false", **data)


def private(path, flags):
    return os.open(path, flags, 0o600)

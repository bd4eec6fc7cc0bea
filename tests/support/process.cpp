#include "tests/support/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "core/unique_fd.h"
#include "tests/support/source_path.h"

namespace fs = std::filesystem;
extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX asks programs to declare it

namespace waybill::testing {

Words joined(Words first, const Words& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

namespace {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
  Pipe() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    read = UniqueFd(fds[0]);
    write = UniqueFd(fds[1]);
  }
};

std::vector<std::string> environment_of(const ProcessOptions& options) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!options.environment.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (const auto& [name, value] : options.environment) {
    if (!value.empty()) result.push_back(name + "=" + value);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

pid_t start(std::vector<std::string> argv, const ProcessOptions& options, int in, int out, int err) {
  const std::string program = find_program(argv.at(0));
  if (program.empty()) throw std::runtime_error("no program '" + argv[0] + "'");
  std::vector<std::string> environment = environment_of(options);
  std::vector<char*> arguments = pointers(argv);
  std::vector<char*> variables = pointers(environment);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("fork failed");
  if (pid == 0) {
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) ::_exit(126);
    ::execve(program.c_str(), arguments.data(), variables.data());
    ::_exit(127);
  }
  return pid;
}

int status_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

ProcessResult run(const std::vector<std::string>& argv, const ProcessOptions& options) {
  Pipe in;
  Pipe out;
  Pipe err;
  const pid_t pid = start(argv, options, in.read.get(), out.write.get(), err.write.get());
  in.read.reset();
  out.write.reset();
  err.write.reset();
  ProcessResult result;
  std::size_t sent = 0;
  if (options.input.empty()) in.write.reset();
  ::signal(SIGPIPE, SIG_IGN);
  const auto deadline = std::chrono::steady_clock::now() + options.timeout;
  bool killed = false;
  while (out.read || err.read) {
    pollfd fds[3] = {{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}, {in.write.get(), POLLOUT, 0}};
    ::poll(fds, 3, 100);
    char buffer[65536];
    for (const auto& [index, pipe, text] :
         {std::tuple{0, &out.read, &result.out}, std::tuple{1, &err.read, &result.err}}) {
      if ((fds[index].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      const ssize_t count = ::read(pipe->get(), buffer, sizeof buffer);
      if (count > 0) text->append(buffer, static_cast<std::size_t>(count));
      if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) pipe->reset();
    }
    if (in.write && (fds[2].revents & (POLLOUT | POLLERR)) != 0) {
      const ssize_t count = ::write(in.write.get(), options.input.data() + sent, options.input.size() - sent);
      if (count > 0) sent += static_cast<std::size_t>(count);
      if (count < 0 || sent == options.input.size()) in.write.reset();
    }
    if (!killed && std::chrono::steady_clock::now() > deadline) {
      ::kill(pid, SIGKILL);
      killed = true;
    }
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_status = status_of(status);
  return result;
}

Background::Background(const std::vector<std::string>& argv, const std::string& out_file,
                       const ProcessOptions& options) {
  const UniqueFd in(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd out(::open(out_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!out) throw std::runtime_error("cannot write " + out_file);
  pid_ = start(argv, options, in.get(), out.get(), out.get());
}

void Background::kill() noexcept {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int Background::wait() noexcept {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status_of(status);
}

Background::~Background() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  for (int i = 0; i < 50; ++i) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  kill();
}

int free_port() {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("no free port");
  }
  return ntohs(address.sin_port);
}

bool wait_for_port(int port, std::chrono::seconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (std::chrono::steady_clock::now() < deadline) {
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
  std::string folders;
  if (const char* peers = std::getenv("WAYBILL_PEERS"); peers != nullptr && *peers != '\0') {
    folders = std::string(peers) + "/bin";
  } else if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    folders = std::string(cache) + "/waybill/peers/bin";
  } else if (const char* home = std::getenv("HOME"); home != nullptr) {
    folders = std::string(home) + "/.cache/waybill/peers/bin";
  }
  if (const char* path = std::getenv("PATH"); path != nullptr) folders += ":" + std::string(path);
  folders += ":/usr/sbin:/sbin";
  std::size_t start = 0;
  while (start <= folders.size()) {
    const std::size_t end = std::min(folders.find(':', start), folders.size());
    const std::string candidate = folders.substr(start, end - start) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0 && !fs::is_directory(candidate)) return candidate;
    start = end + 1;
  }
  return {};
}

bool python_has(const std::string& modules) {
  return !find_program("python3").empty() && run({"python3", "-c", "import " + modules}).exit_status == 0;
}

std::string shared_data(const std::string& relative) {
  const char* configured = std::getenv("WAYBILL_SHARED");
  const fs::path root =
      configured != nullptr && *configured != '\0' ? fs::path(configured) : fs::path(source_path("../shared"));
  const fs::path path = root / relative;
  return fs::exists(path) ? fs::canonical(path).string() : "";
}

}  // namespace waybill::testing

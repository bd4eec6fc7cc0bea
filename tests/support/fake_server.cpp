#include "tests/support/fake_server.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace waybill::testing {
namespace {

constexpr std::size_t kRemembered = std::size_t{64} * 1024;

// How much went out before the client went away.
std::size_t send_all(int connection, std::string_view bytes) {
  const std::size_t size = bytes.size();
  while (!bytes.empty()) {
    const ssize_t count = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return size - bytes.size();
}

bool receive(int connection, std::string& text) {
  thread_local std::array<char, 262144> storage;
  char* buffer = storage.data();
  const ssize_t count = ::recv(connection, buffer, storage.size(), 0);
  if (count <= 0) return false;
  text.append(buffer, static_cast<std::size_t>(count));
  return true;
}

FakeRequest parse_head(const std::string& head) {
  FakeRequest request;
  const std::size_t first = head.find(' ');
  const std::size_t second = head.find(' ', first + 1);
  request.method = head.substr(0, first);
  request.target = head.substr(first + 1, second - first - 1);
  std::size_t start = head.find("\r\n") + 2;
  while (start < head.size()) {
    const std::size_t end = std::min(head.find("\r\n", start), head.size());
    const std::string line = head.substr(start, end - start);
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) {
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      request.headers[name] = line.substr(colon + 2);
    }
    start = end + 2;
  }
  return request;
}

}  // namespace

std::string FakeRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

FakeServer::FakeServer(Handler handler, CutRequests cut_requests)
    : handler_(std::move(handler)), cut_requests_(cut_requests), thread_([this] { serve(); }) {}

FakeServer::~FakeServer() {
  listener_.close();
  thread_.join();
  std::unique_lock lock(mutex_);
  for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
  all_gone_.wait(lock, [this] { return connections_.empty(); });
}

std::vector<FakeRequest> FakeServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t FakeServer::count(const std::string& method, const std::string& part) const {
  const std::vector<FakeRequest> all = requests();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const FakeRequest& request) {
    return request.method == method && request.path().find(part) != std::string::npos;
  }));
}

void FakeServer::serve() {
  while (true) {
    UniqueFd connection = listener_.accept();
    if (!connection) return;
    const int number = connection.get();
    {
      const std::lock_guard lock(mutex_);
      connections_.insert(number);
    }
    std::thread([this, number, own = std::move(connection)]() mutable {
      answer(number);
      const std::lock_guard lock(mutex_);
      connections_.erase(number);
      own.reset();
      if (connections_.empty()) all_gone_.notify_all();
    }).detach();
  }
}

void FakeServer::answer(int connection) {
  std::string text;
  while (text.find("\r\n\r\n") == std::string::npos) {
    if (!receive(connection, text)) return;
  }
  const std::size_t end = text.find("\r\n\r\n");
  FakeRequest request = parse_head(text.substr(0, end));
  request.body = text.substr(end + 4);
  const std::string length = request.header("content-length");
  const std::size_t expected = length.empty() ? 0 : std::stoul(length);
  request.body.reserve(expected);
  while (request.body.size() < expected && request.complete) request.complete = receive(connection, request.body);
  received_ += request.body.size();
  if (!request.complete && cut_requests_ == CutRequests::Ignored) return;
  request.at_once = ++unanswered_;
  {
    FakeRequest remembered{request.method,   request.target, request.headers, request.body.substr(0, kRemembered),
                           request.complete, request.at_once};
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(remembered));
  }
  const FakeResponse response = [&] {
    const std::lock_guard lock(handler_mutex_);
    return handler_(request);
  }();
  if (response.delay.count() != 0) std::this_thread::sleep_for(response.delay);
  --unanswered_;  // before the client can know of the answer
  if (!request.complete || response.dropped) return;
  std::string head = fmt::format("HTTP/1.1 {} Fake\r\nConnection: close\r\n", response.status);
  bool has_length = false;
  for (const auto& [name, value] : response.headers) {
    head += fmt::format("{}: {}\r\n", name, value);
    has_length = has_length || name == "Content-Length";
  }
  if (!has_length) head += fmt::format("Content-Length: {}\r\n", response.body.size());
  send_all(connection, head + "\r\n");
  if (request.method != "HEAD") {
    const std::string_view body = std::string_view(response.body).substr(0, response.body.size() - response.cut);
    sent_ += body.size();  // before: the client may be done with it before we are
    sent_ -= body.size() - send_all(connection, body);
  }
  std::string ignored;
  if (response.stalls) {
    while (receive(connection, ignored)) {
    }
  }
  ::shutdown(connection, SHUT_WR);
}

}  // namespace waybill::testing

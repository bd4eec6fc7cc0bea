#pragma once
// An HTTP/1.1 server of a test's own, on a free port of 127.0.0.1: answers what a function says, and remembers what was
// asked. Each connection has a thread of its own and carries one request.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/unique_fd.h"
#include "tests/support/loopback_listener.h"

namespace waybill::testing {

struct FakeRequest {
  std::string method;
  std::string target;                          // path and query
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // its beginning only, in requests()
  bool complete = true;                        // whether the client sent all that it had announced
  unsigned at_once = 1;                        // requests without an answer when this one had come, itself among them
  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] std::string path() const { return target.substr(0, target.find('?')); }
};

struct FakeResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::size_t cut = 0;                 // so many bytes of the body are announced but not sent
  bool stalls = false;                 // instead of being cut, nothing comes any more
  bool dropped = false;                // the connection ends without an answer
  std::chrono::milliseconds delay{0};  // before it is sent; others are answered meanwhile
};

// What becomes of requests whose client went away in the middle of the body.
enum class CutRequests : bool { Ignored, Handled };

class FakeServer {
 public:
  using Handler = std::function<FakeResponse(const FakeRequest&)>;
  // The handler runs for one request at a time.
  explicit FakeServer(Handler handler, CutRequests cut_requests = CutRequests::Ignored);
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer();

  [[nodiscard]] std::string host() const { return listener_.host(); }
  [[nodiscard]] std::string url() const { return "http://" + host(); }
  [[nodiscard]] std::vector<FakeRequest> requests() const;
  // How many requests had this method and a path that contains `part`.
  [[nodiscard]] std::size_t count(const std::string& method, const std::string& part = {}) const;
  // Of all bodies together, as far as they came or went.
  [[nodiscard]] std::uint64_t bytes_received() const noexcept { return received_; }
  [[nodiscard]] std::uint64_t bytes_sent() const noexcept { return sent_; }

 private:
  void serve();
  void answer(int connection);

  Handler handler_;
  CutRequests cut_requests_;
  LoopbackListener listener_;
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<unsigned> unanswered_{0};
  std::mutex handler_mutex_;
  mutable std::mutex mutex_;  // guards the members below
  std::condition_variable all_gone_;
  std::set<int> connections_;
  std::vector<FakeRequest> requests_;
  std::thread thread_;
};

}  // namespace waybill::testing

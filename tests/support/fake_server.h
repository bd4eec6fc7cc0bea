#pragma once
// An HTTP/1.1 server of a test's own, on a free port of 127.0.0.1: answers what a function says, and remembers what was
// asked.
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/unique_fd.h"

namespace waybill::testing {

struct FakeRequest {
  std::string method;
  std::string target;                          // path and query
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] std::string path() const { return target.substr(0, target.find('?')); }
};

struct FakeResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::size_t cut = 0;  // so many bytes of the body are announced but not sent
};

class FakeServer {
 public:
  using Handler = std::function<FakeResponse(const FakeRequest&)>;
  // The handler runs in the server's thread, one request at a time.
  explicit FakeServer(Handler handler);
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer();

  [[nodiscard]] std::string host() const;  // 127.0.0.1:PORT
  [[nodiscard]] std::string url() const { return "http://" + host(); }
  [[nodiscard]] std::vector<FakeRequest> requests() const;
  // How many requests had this method and a path that contains `part`.
  [[nodiscard]] std::size_t count(const std::string& method, const std::string& part = {}) const;

 private:
  void serve();
  void answer(int connection);

  Handler handler_;
  UniqueFd listener_;
  int port_ = 0;
  mutable std::mutex mutex_;  // guards requests_
  std::vector<FakeRequest> requests_;
  std::thread thread_;
};

}  // namespace waybill::testing

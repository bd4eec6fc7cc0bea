#pragma once
// HTTP for registries: streamed bodies in both directions, TLS verified, repeats left to the caller. libcurl is opened
// on first use, so a command that never talks pays nothing.
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/secret.h"
#include "core/stream.h"

namespace waybill::http {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names as sent; looked up without case

struct TlsOptions {
  std::vector<std::string> ca_files;  // added to the system's
  std::string client_certificate;     // PEM files, empty: none
  std::string client_key;
  bool verify = true;  // false only by an explicit flag, which warns
};

struct Options {
  TlsOptions tls;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::seconds stall_timeout{60};  // no byte for so long: Timeout
  std::string user_agent;
};

struct Request {
  std::string method = "GET";
  std::string url;  // http or https only
  Headers headers;
  // Body: nothing, or exactly `body_size` bytes from `body`. What is_sendable() goes over plain http by send_to().
  ByteSource* body = nullptr;
  std::uint64_t body_size = 0;
  // A secret for the Authorization header ("Bearer …", "Basic …"); sent to the host, port and scheme of `url` and no
  // other.
  const SecretBytes* authorization = nullptr;
  std::uint64_t response_limit = 64ULL << 20;  // for a body that is kept in memory
  unsigned redirects = 10;                     // never from https to http
};

// Names of headers are the same in upper and lower case (RFC 9110 section 5.1).
[[nodiscard]] bool is_same_header(std::string_view left, std::string_view right) noexcept;
// The value of one that is a number of decimal digits, as Content-Length (RFC 9110 section 8.6); nullopt for all else.
[[nodiscard]] std::optional<std::uint64_t> header_number(std::string_view value) noexcept;

struct Response {
  int status = 0;
  Headers headers;
  std::string body;  // empty if a sink was given and the status is 2xx
  std::string final_url;
  // The first header of that name, or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

// An answer whose body is still on its way.
struct Exchange {
  Response response;                 // with a body only if the status is not 2xx
  std::unique_ptr<ByteSource> body;  // null if the status is not 2xx; throws Unavailable, Timeout or Interrupted
};

class Client {
 public:
  virtual ~Client() = default;
  // Throws Unavailable (connection, DNS, reset, TLS handshake), Denied (certificate not trusted), Timeout, Interrupted,
  // InvalidInput (body larger than the limit). Any HTTP status is a Response, not an error. With `sink`, a 2xx body is
  // streamed there. Thread-safe.
  virtual Response send(const Request& request, ByteSink* sink = nullptr) = 0;
  // The same for a request without a body, as soon as the head of the answer is there. What is not read of a 2xx body
  // waits at the server: nothing is buffered but what the system and one buffer hold. The body may outlive the client.
  virtual Exchange open(const Request& request) = 0;
};

[[nodiscard]] std::unique_ptr<Client> make_client(Options options);

}  // namespace waybill::http

#include "core/http/client.h"

#define CURL_DISABLE_TYPECHECK  // its macros would hide the functions that are looked up by name
#include <curl/curl.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <exception>
#include <mutex>

#include "core/dynamic_library.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/handle.h"
#include "core/http/url.h"
#include "core/interrupt.h"

namespace waybill::http {
namespace {

constexpr std::size_t kLargestHeaderBlock = std::size_t{256} * 1024;

// libcurl, opened and initialised once. Immutable afterwards.
struct Curl {
  DynamicLibrary library{WAYBILL_CURL_SONAME};
  WAYBILL_LIBRARY_FUNCTION(curl_global_init);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_init);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_cleanup);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_reset);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_setopt);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_perform);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_strerror);
  WAYBILL_LIBRARY_FUNCTION(curl_slist_append);
  WAYBILL_LIBRARY_FUNCTION(curl_slist_free_all);
  WAYBILL_LIBRARY_FUNCTION(curl_version_info);

  Curl() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      throw Error(ErrorCode::Unavailable, "libcurl cannot be initialised");
  }
};

const Curl& curl() {
  static const Curl instance;
  return instance;
}

void free_easy(CURL* handle) { curl().curl_easy_cleanup(handle); }
void free_list(curl_slist* list) { curl().curl_slist_free_all(list); }
using Easy = Handle<CURL, free_easy>;
using HeaderList = Handle<curl_slist, free_list>;

void check(CURLcode code) {
  if (code != CURLE_OK)
    throw Error(ErrorCode::Internal, fmt::format("libcurl refuses an option: {}", curl().curl_easy_strerror(code)));
}

// One typed setter for each kind of argument: the variadic function would take anything.
void set_number(CURL* easy, CURLoption option, long value) { check(curl().curl_easy_setopt(easy, option, value)); }
void set_size(CURL* easy, CURLoption option, curl_off_t value) { check(curl().curl_easy_setopt(easy, option, value)); }
void set_text(CURL* easy, CURLoption option, const std::string& value) {
  check(curl().curl_easy_setopt(easy, option, value.c_str()));
}
void set_pointer(CURL* easy, CURLoption option, void* value) { check(curl().curl_easy_setopt(easy, option, value)); }
template <typename Function>
void set_function(CURL* easy, CURLoption option, Function* function) {
  check(curl().curl_easy_setopt(easy, option, function));
}

bool equal_without_case(std::string_view left, std::string_view right) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

void refuse_line_breaks(std::string_view text, std::string_view what) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    throw Error(ErrorCode::InvalidInput, fmt::format("an HTTP {} must not hold line breaks", what));
  }
}

// What one transfer's callbacks work on. No exception may leave them: it is kept and thrown when libcurl has returned.
struct Transfer {
  const Request& request;
  ByteSink* sink;
  Response response;
  std::uint64_t sent = 0;
  std::size_t header_bytes = 0;
  std::exception_ptr failure;

  Transfer(const Request& request_, ByteSink* sink_) noexcept : request(request_), sink(sink_) {}

  template <typename Body>
  std::size_t guarded(std::size_t on_failure, Body&& body) noexcept {
    try {
      return body();
    } catch (...) {
      failure = std::current_exception();
      return on_failure;
    }
  }

  std::size_t take_header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > kLargestHeaderBlock)
      throw Error(ErrorCode::InvalidInput, "the server's answer has too many headers");
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {  // also after 100 Continue and a proxy's CONNECT
      response.headers.clear();
      const std::size_t space = line.find(' ');
      response.status = 0;
      for (std::size_t i = space + 1; space != std::string_view::npos && i < line.size() && i < space + 4; ++i) {
        if (line[i] >= '0' && line[i] <= '9') response.status = response.status * 10 + (line[i] - '0');
      }
      return 0;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return 0;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    response.headers.emplace_back(std::string(line.substr(0, colon)), std::string(value));
    return 0;
  }

  void take_body(std::string_view bytes) {
    if (sink != nullptr && response.status >= 200 && response.status < 300) {
      sink->write(bytes);
      return;
    }
    if (bytes.size() > request.response_limit - response.body.size()) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the server's answer is larger than the limit of {} bytes", request.response_limit));
    }
    response.body += bytes;
  }

  std::size_t give_body(std::span<std::byte> buffer) {
    const std::uint64_t rest = request.body_size - sent;
    if (rest == 0 || request.body == nullptr) return 0;
    const std::size_t count =
        request.body->read(buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(rest, buffer.size()))));
    if (count == 0)
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the content to send ends after {} of {} bytes", sent, request.body_size));
    sent += count;
    return count;
  }
};

extern "C" std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t total = size * count;
  return transfer.guarded(0, [&] {
    transfer.take_header({data, total});
    return total;
  });
}

extern "C" std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t total = size * count;
  return transfer.guarded(CURL_WRITEFUNC_ERROR, [&] {
    transfer.take_body({data, total});
    return total;
  });
}

extern "C" std::size_t on_send(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  return transfer.guarded(CURL_READFUNC_ABORT,
                          [&] { return transfer.give_body(std::as_writable_bytes(std::span(data, size * count))); });
}

extern "C" int on_progress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return interrupted() ? 1 : 0; }

Error transfer_error(CURLcode code, const Url& url, std::string_view detail) {
  const std::string where = url.authority();
  if (detail.empty()) detail = curl().curl_easy_strerror(code);
  const int number = static_cast<int>(code);
  if (number == CURLE_OPERATION_TIMEDOUT)
    return Error(ErrorCode::Timeout, fmt::format("no answer from '{}': {}", where, detail));
  if (number == CURLE_PEER_FAILED_VERIFICATION || number == CURLE_SSL_ISSUER_ERROR ||
      number == CURLE_SSL_INVALIDCERTSTATUS) {
    return Error(ErrorCode::Denied, fmt::format("the certificate of '{}' is not trusted: {}", where, detail))
        .hint("--ca-file names the certificate of an authority of your own");
  }
  if (number == CURLE_SSL_CACERT_BADFILE || number == CURLE_SSL_CERTPROBLEM) {
    return Error(ErrorCode::InvalidInput,
                 fmt::format("a certificate or key for '{}' cannot be used: {}", where, detail));
  }
  return Error(ErrorCode::Unavailable, fmt::format("cannot talk to '{}': {}", where, detail));
}

class CurlClient final : public Client {
 public:
  explicit CurlClient(Options options) : options_(std::move(options)) {
    if (!options_.tls.ca_file.empty()) certificates_ = all_certificates();
  }

  Response send(const Request& request, ByteSink* sink) override {
    const Url origin = Url::parse(request.url);
    Url url = origin;
    for (unsigned followed = 0;; ++followed) {
      Transfer transfer(request, sink);
      perform(transfer, url, url.same_origin(origin));
      const std::string location(transfer.response.header("Location"));
      const int status = transfer.response.status;
      const bool redirect = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
      // A body cannot be sent twice, so its sender decides what a redirect means.
      if (!redirect || location.empty() || (request.method != "GET" && request.method != "HEAD")) {
        transfer.response.final_url = url.to_string();
        return std::move(transfer.response);
      }
      if (followed >= request.redirects)
        throw Error(ErrorCode::Unavailable,
                    fmt::format("'{}' redirects more than {} times", origin.authority(), request.redirects));
      const Url next = url.resolve(location);
      if (url.scheme == "https" && next.scheme != "https") {
        throw Error(ErrorCode::Denied, fmt::format("'{}' redirects from https to http", url.authority()));
      }
      url = next;
    }
  }

 private:
  // CURLOPT_CAINFO would replace the system's certificates, so both are given together.
  std::string all_certificates() const {
    const char* system = curl().curl_version_info(CURLVERSION_NOW)->cainfo;
    std::string result;
    if (system != nullptr && std::filesystem::exists(system)) result = read_file(system) + "\n";
    return result + read_file(options_.tls.ca_file);
  }

  Easy borrow() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Easy easy = std::move(idle_.back());
        idle_.pop_back();
        return easy;
      }
    }
    Easy easy(curl().curl_easy_init());
    if (!easy) throw Error(ErrorCode::NoSpace, "no memory for a connection");
    return easy;
  }

  void give_back(Easy easy) {
    curl().curl_easy_reset(easy.get());  // keeps the connection
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(easy));
  }

  HeaderList header_list(const Request& request, bool with_authorization) const {
    HeaderList list;
    const auto append = [&](const std::string& line) {
      curl_slist* longer = curl().curl_slist_append(list.get(), line.c_str());
      if (longer == nullptr) throw Error(ErrorCode::NoSpace, "no memory for a request");
      static_cast<void>(list.release());
      list.reset(longer);
    };
    append("Expect:");  // no waiting for 100 Continue
    append("Accept-Encoding: identity");
    for (const auto& [name, value] : request.headers) {
      refuse_line_breaks(name, "header");
      refuse_line_breaks(value, "header");
      if (equal_without_case(name, "Authorization"))
        throw Error(ErrorCode::Internal, "a secret belongs into Request::authorization");
      append(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
    }
    if (with_authorization && request.authorization != nullptr) {
      refuse_line_breaks(request.authorization->view(), "header");
      append("Authorization: " + std::string(request.authorization->view()));
    }
    return list;
  }

  void configure(CURL* easy, const Url& url) const {
    set_text(easy, CURLOPT_URL, url.to_string());
    set_text(easy, CURLOPT_PROTOCOLS_STR, url.scheme);
    set_number(easy, CURLOPT_FOLLOWLOCATION, 0);
    set_number(easy, CURLOPT_NOSIGNAL, 1);
    set_number(easy, CURLOPT_CONNECTTIMEOUT_MS, options_.connect_timeout.count());
    set_number(easy, CURLOPT_LOW_SPEED_LIMIT, 1);
    set_number(easy, CURLOPT_LOW_SPEED_TIME, options_.stall_timeout.count());
    set_number(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    set_number(easy, CURLOPT_SSL_VERIFYPEER, options_.tls.verify ? 1 : 0);
    set_number(easy, CURLOPT_SSL_VERIFYHOST, options_.tls.verify ? 2 : 0);
    set_number(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
    set_number(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    if (!options_.user_agent.empty()) set_text(easy, CURLOPT_USERAGENT, options_.user_agent);
    if (url.is_loopback()) set_text(easy, CURLOPT_NOPROXY, "*");  // else libcurl's own rules: http_proxy, NO_PROXY
    if (!certificates_.empty()) {
      curl_blob blob = {const_cast<char*>(certificates_.data()), certificates_.size(), CURL_BLOB_NOCOPY};
      set_pointer(easy, CURLOPT_CAINFO_BLOB, &blob);
    }
    if (!options_.tls.client_certificate.empty()) set_text(easy, CURLOPT_SSLCERT, options_.tls.client_certificate);
    if (!options_.tls.client_key.empty()) set_text(easy, CURLOPT_SSLKEY, options_.tls.client_key);
  }

  static void set_method(CURL* easy, const Request& request) {
    if (request.method == "HEAD") {
      set_number(easy, CURLOPT_NOBODY, 1);
    } else if (request.body != nullptr || request.method == "POST" || request.method == "PUT" ||
               request.method == "PATCH") {
      set_number(easy, CURLOPT_UPLOAD, 1);
      set_text(easy, CURLOPT_CUSTOMREQUEST, request.method);
      set_size(easy, CURLOPT_INFILESIZE_LARGE,
               request.body == nullptr ? 0 : static_cast<curl_off_t>(request.body_size));
    } else if (request.method != "GET") {
      set_text(easy, CURLOPT_CUSTOMREQUEST, request.method);
    }
  }

  void perform(Transfer& transfer, const Url& url, bool with_authorization) {
    throw_if_interrupted();
    refuse_line_breaks(transfer.request.method, "method");
    const HeaderList headers = header_list(transfer.request, with_authorization);
    Easy easy = borrow();
    std::array<char, CURL_ERROR_SIZE> detail{};
    configure(easy.get(), url);
    set_method(easy.get(), transfer.request);
    set_pointer(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    set_pointer(easy.get(), CURLOPT_ERRORBUFFER, detail.data());
    set_function(easy.get(), CURLOPT_HEADERFUNCTION, on_header);
    set_pointer(easy.get(), CURLOPT_HEADERDATA, &transfer);
    set_function(easy.get(), CURLOPT_WRITEFUNCTION, on_body);
    set_pointer(easy.get(), CURLOPT_WRITEDATA, &transfer);
    set_function(easy.get(), CURLOPT_READFUNCTION, on_send);
    set_pointer(easy.get(), CURLOPT_READDATA, &transfer);
    set_function(easy.get(), CURLOPT_XFERINFOFUNCTION, on_progress);
    set_number(easy.get(), CURLOPT_NOPROGRESS, 0);
    const CURLcode code = curl().curl_easy_perform(easy.get());
    if (transfer.failure) std::rethrow_exception(transfer.failure);
    throw_if_interrupted();
    if (code != CURLE_OK) throw transfer_error(code, url, detail.data());
    give_back(std::move(easy));  // a handle whose transfer failed is not used again
  }

  Options options_;
  std::string certificates_;
  std::mutex mutex_;  // guards idle_
  std::vector<Easy> idle_;
};

}  // namespace

std::string_view Response::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (equal_without_case(key, name)) return value;
  }
  return {};
}

std::unique_ptr<Client> make_client(Options options) { return std::make_unique<CurlClient>(std::move(options)); }

}  // namespace waybill::http

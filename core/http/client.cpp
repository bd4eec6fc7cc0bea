#include "core/http/client.h"

#define CURL_DISABLE_TYPECHECK  // its macros would hide the functions that are looked up by name
#include <curl/curl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "core/dynamic_library.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/handle.h"
#include "core/http/url.h"
#include "core/interrupt.h"
#include "core/unique_fd.h"

namespace waybill::http {
namespace {

constexpr std::size_t kLargestHeaderBlock = std::size_t{256} * 1024;
// For receiving and for sending: libcurl's own 16 and 64 KiB cost a quarter more CPU time.
constexpr std::size_t kTransferBuffer = std::size_t{512} * 1024;
constexpr std::uint64_t kSmallestSentFile = 64ULL * 1024;    // below, one buffer is as cheap
constexpr std::size_t kLongestSend = std::size_t{16} << 20;  // between two looks at what the server says
constexpr std::chrono::milliseconds kLongestPoll{200};       // between two questions whether the user asked to stop

// libcurl, opened and initialised once. Immutable afterwards.
struct Curl {
  DynamicLibrary library{WAYBILL_CURL_SONAME};
  WAYBILL_LIBRARY_FUNCTION(curl_global_init);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_init);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_cleanup);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_reset);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_setopt);
  WAYBILL_LIBRARY_FUNCTION(curl_easy_pause);
  WAYBILL_LIBRARY_FUNCTION(curl_multi_init);
  WAYBILL_LIBRARY_FUNCTION(curl_multi_cleanup);
  WAYBILL_LIBRARY_FUNCTION(curl_multi_add_handle);
  WAYBILL_LIBRARY_FUNCTION(curl_multi_remove_handle);
  WAYBILL_LIBRARY_FUNCTION(curl_multi_perform);
  WAYBILL_LIBRARY_FUNCTION(curl_multi_poll);
  WAYBILL_LIBRARY_FUNCTION(curl_multi_info_read);
  WAYBILL_LIBRARY_FUNCTION(curl_multi_strerror);
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
void free_multi(CURLM* handle) { curl().curl_multi_cleanup(handle); }
void free_list(curl_slist* list) { curl().curl_slist_free_all(list); }
using Easy = Handle<CURL, free_easy>;
using Multi = Handle<CURLM, free_multi>;
using HeaderList = Handle<curl_slist, free_list>;

void check(CURLcode code) {
  if (code != CURLE_OK)
    throw Error(ErrorCode::Internal, fmt::format("libcurl refuses an option: {}", curl().curl_easy_strerror(code)));
}

void check(CURLMcode code) {
  if (code != CURLM_OK)
    throw Error(ErrorCode::Internal, fmt::format("libcurl fails: {}", curl().curl_multi_strerror(code)));
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

void refuse_line_breaks(std::string_view text, std::string_view what) {
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    throw Error(ErrorCode::InvalidInput, fmt::format("an HTTP {} must not hold line breaks", what));
  }
}

// The sockets that libcurl opens for a channel: several while it tries addresses, then the one of its connection.
struct Sockets {
  std::set<curl_socket_t> open;
  std::size_t opened = 0;  // of all times
};

// A connection of its own, and what drives it: at a place that stays, for libcurl keeps its address. The first is
// destroyed last.
struct Channel {
  Sockets sockets;
  Multi multi;
  Easy easy;
};

// Channels whose last transfer went well: their connections are used again, each for the same server, so that a channel
// has one connection at most.
class ChannelPool {
 public:
  std::unique_ptr<Channel> borrow(const Url& url) {
    {
      const std::lock_guard lock(mutex_);
      std::vector<std::unique_ptr<Channel>>& idle = idle_[origin_of(url)];
      if (!idle.empty()) {
        std::unique_ptr<Channel> channel = std::move(idle.back());
        idle.pop_back();
        return channel;
      }
    }
    auto channel = std::make_unique<Channel>();
    channel->multi.reset(curl().curl_multi_init());
    channel->easy.reset(curl().curl_easy_init());
    if (!channel->multi || !channel->easy) throw Error(ErrorCode::NoSpace, "no memory for a connection");
    return channel;
  }
  void give_back(const Url& url, std::unique_ptr<Channel> channel) {
    curl().curl_easy_reset(channel->easy.get());
    const std::lock_guard lock(mutex_);
    idle_[origin_of(url)].push_back(std::move(channel));
  }

 private:
  static std::string origin_of(const Url& url) { return fmt::format("{}://{}", url.scheme, url.authority()); }

  std::mutex mutex_;  // guards idle_
  std::map<std::string, std::vector<std::unique_ptr<Channel>>> idle_;
};

// Whether libcurl would look for a proxy: its own names of variables, of which http_proxy counts in small letters only.
bool may_use_proxy(const Url& url) {
  const auto names_one = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  return !url.is_loopback() && (names_one("http_proxy") || names_one("all_proxy") || names_one("ALL_PROXY"));
}

// Whether the system can move the body from its file into the connection: nothing is encrypted on the way.
bool sends_file(const Request& request, const Url& url) {
  return request.body != nullptr && request.body_size >= kSmallestSentFile && url.scheme == "http" &&
         !may_use_proxy(url) && request.body->is_sendable();
}

HeaderList header_list(const Request& request, bool with_authorization, bool sends_file) {
  HeaderList list;
  const auto append = [&](const std::string& line) {
    curl_slist* longer = curl().curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw Error(ErrorCode::NoSpace, "no memory for a request");
    static_cast<void>(list.release());
    list.reset(longer);
  };
  append("Expect:");  // no waiting for 100 Continue
  append("Accept-Encoding: identity");
  if (sends_file) append(fmt::format("Content-Length: {}", request.body_size));
  for (const auto& [name, value] : request.headers) {
    refuse_line_breaks(name, "header");
    refuse_line_breaks(value, "header");
    if (is_same_header(name, "Authorization"))
      throw Error(ErrorCode::Internal, "a secret belongs into Request::authorization");
    append(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  }
  if (with_authorization && request.authorization != nullptr) {
    refuse_line_breaks(request.authorization->view(), "header");
    append("Authorization: " + std::string(request.authorization->view()));
  }
  return list;
}

extern "C" std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user);
extern "C" std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user);
extern "C" std::size_t on_send(char* data, std::size_t size, std::size_t count, void* user);
extern "C" curl_socket_t on_open_socket(void* user, curlsocktype purpose, curl_sockaddr* address);
extern "C" int on_close_socket(void* user, curl_socket_t socket);
extern "C" int on_debug(CURL* easy, curl_infotype type, char* data, std::size_t size, void* user);

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
  // The server's last word (RFC 8446, section 6.2): it wants a certificate, or does not take the one it got.
  const bool is_alert = detail.find(" alert ") != std::string_view::npos;
  if (is_alert &&
      (detail.find("certificate") != std::string_view::npos || detail.find("unknown ca") != std::string_view::npos)) {
    return Error(ErrorCode::Denied, fmt::format("'{}' wants a client certificate that it trusts: {}", where, detail))
        .hint(fmt::format("client.cert and client.key lie in a folder 'certs.d/{}', as for podman and docker", where));
  }
  return Error(ErrorCode::Unavailable, fmt::format("cannot talk to '{}': {}", where, detail));
}

constexpr std::string_view kHeadEnd = "\r\n\r\n";

// One request and its answer, which is read as it comes: libcurl works only while somebody waits for more.
//
// A body that is a file goes out over plain http without passing through this process, which libcurl cannot do itself.
// It is told of a request without a body, whose Content-Length is a header like any other; between its head and the
// answer the system sends the file into libcurl's connection.
class Transfer final : public ByteSource {
 public:
  Transfer(std::shared_ptr<ChannelPool> pool, const Options& options, const std::string& certificates,
           const Request& request, Url url, bool with_authorization)
      : pool_(std::move(pool)),
        url_(std::move(url)),
        source_(request.body),
        source_left_(request.body_size),
        source_size_(request.body_size),
        sends_file_(sends_file(request, url_)),
        stall_timeout_(options.stall_timeout),
        headers_(header_list(request, with_authorization, sends_file_)),
        channel_(pool_->borrow(url_)) {
    refuse_line_breaks(request.method, "method");
    configure(options, certificates);
    set_method(request);
    if (sends_file_) watch_head();
    check(curl().curl_multi_add_handle(channel_->multi.get(), channel_->easy.get()));
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() override {
    // Not at its end: the connection is closed.
    if (!done_) curl().curl_multi_remove_handle(channel_->multi.get(), channel_->easy.get());
  }

  // The answer without its body.
  Response& head() {
    while (!head_is_complete_ && !done_) step();
    if (!head_is_complete_) throw_failure();
    return response_;
  }

  std::size_t read(std::span<std::byte> buffer) override {
    if (buffer.empty()) return 0;
    if (const std::size_t count = take_spilled(buffer); count != 0) return count;
    filled_ = 0;
    target_ = buffer;
    if (std::exchange(paused_, false)) resume();
    while (filled_ == 0 && !done_ && !failure_) step();
    target_ = {};
    if (filled_ == 0) throw_failure();  // what came before it was handed out
    return filled_;
  }

  std::size_t take_header(std::string_view line) noexcept {
    return guarded(0, [&] {
      const std::size_t size = line.size();
      header_bytes_ += size;
      if (header_bytes_ > kLargestHeaderBlock)
        throw Error(ErrorCode::InvalidInput, "the server's answer has too many headers");
      while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
      if (line.starts_with("HTTP/")) {  // also after 100 Continue and a proxy's CONNECT
        response_.headers.clear();
        response_.status = status_of(line);
      } else if (line.empty()) {
        head_is_complete_ = response_.status >= 200;
      } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
        response_.headers.emplace_back(std::string(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
      }
      return size;
    });
  }

  std::size_t take_body(Bytes bytes) noexcept {
    return guarded(CURL_WRITEFUNC_ERROR, [&]() -> std::size_t {
      if (filled_ == target_.size()) {  // nobody waits for more: libcurl keeps it and reads no further
        paused_ = true;
        return CURL_WRITEFUNC_PAUSE;
      }
      const std::size_t count = std::min(bytes.size(), target_.size() - filled_);
      std::copy_n(bytes.begin(), count, target_.begin() + static_cast<std::ptrdiff_t>(filled_));
      filled_ += count;
      spilled_ += as_text(bytes.subspan(count));
      return bytes.size();
    });
  }

  std::size_t give_body(std::span<std::byte> buffer) noexcept {
    return guarded(CURL_READFUNC_ABORT, [&]() -> std::size_t {
      if (source_left_ == 0 || source_ == nullptr) return 0;
      const std::size_t count =
          source_->read(buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(source_left_, buffer.size()))));
      if (count == 0) throw_short_source();
      source_left_ -= count;
      return count;
    });
  }

  // A piece of the request's head has gone out.
  void head_sent(std::string_view piece) noexcept {
    if (source_left_ != source_size_) return;  // that is a repetition, which ends this transfer
    head_end_.append(piece.substr(piece.size() - std::min(piece.size(), kHeadEnd.size())));
    may_send_file_ = head_end_.ends_with(kHeadEnd);
    if (may_send_file_) {
      head_end_.clear();
      sockets_opened_ = channel_->sockets.opened;
      last_sent_ = std::chrono::steady_clock::now();
    }
  }

 private:
  // No exception may leave a callback: it is kept, and thrown when libcurl has returned.
  template <typename Body>
  std::size_t guarded(std::size_t on_failure, Body&& body) noexcept {
    try {
      return body();
    } catch (...) {
      failure_ = std::current_exception();
      return on_failure;
    }
  }

  static int status_of(std::string_view line) noexcept {
    const std::size_t space = line.find(' ');
    int status = 0;
    for (std::size_t i = space + 1; space != std::string_view::npos && i < line.size() && i < space + 4; ++i) {
      if (line[i] >= '0' && line[i] <= '9') status = status * 10 + (line[i] - '0');
    }
    return status;
  }
  static std::string trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return std::string(text);
  }

  std::size_t take_spilled(std::span<std::byte> buffer) {
    const Bytes rest = as_bytes(spilled_).subspan(spilled_taken_);
    const std::size_t count = std::min(rest.size(), buffer.size());
    std::copy_n(rest.begin(), count, buffer.begin());
    spilled_taken_ += count;
    if (spilled_taken_ == spilled_.size()) {
      spilled_.clear();
      spilled_taken_ = 0;
    }
    return count;
  }

  // Whatever can be done without waiting; waits a little when that was nothing.
  void step() {
    throw_if_interrupted();
    int running = 0;
    const bool head_was_complete = head_is_complete_;
    const std::size_t filled_before = filled_;
    check(curl().curl_multi_perform(channel_->multi.get(), &running));
    if (sends_file_) notice_repetition();
    if (running == 0) {
      finish();
    } else if (head_was_complete == head_is_complete_ && filled_before == filled_ && !send_file()) {
      wait();
    }
  }

  void wait() {
    curl_waitfd socket{may_send_file_ ? connection() : CURL_SOCKET_BAD, CURL_WAIT_POLLOUT, 0};
    check(curl().curl_multi_poll(channel_->multi.get(), &socket, may_send_file_ ? 1 : 0,
                                 static_cast<int>(kLongestPoll.count()), nullptr));
  }

  // libcurl repeats a request by itself on a new connection when the one that it was to use again turns out to be
  // closed.
  void notice_repetition() {
    if (sockets_opened_ == channel_->sockets.opened) return;
    may_send_file_ = false;
    if (source_left_ != source_size_)
      throw transfer_error(CURLE_SEND_ERROR, url_, "the connection broke while content was sent");
  }

  // The next piece of a file, if it is its turn and the connection takes any.
  bool send_file() {
    if (!may_send_file_) return false;
    const auto now = std::chrono::steady_clock::now();
    try {
      const std::optional<std::size_t> count =
          source_->send_to(connection(), static_cast<std::size_t>(std::min<std::uint64_t>(source_left_, kLongestSend)));
      if (!count) {
        if (now - last_sent_ > stall_timeout_) throw transfer_error(CURLE_OPERATION_TIMEDOUT, url_, "it takes no more");
        return false;
      }
      if (*count == 0) throw_short_source();
      source_left_ -= *count;
    } catch (const Error& failure) {
      if (failure.code() != ErrorCode::Unavailable) throw;
      // The server may have said why before it closed; if not, libcurl finds that out.
      may_send_file_ = false;
      limit_stall();
      return true;
    }
    last_sent_ = now;
    if (source_left_ == 0) {
      may_send_file_ = false;
      limit_stall();
    }
    return true;
  }

  [[nodiscard]] curl_socket_t connection() const {
    if (channel_->sockets.open.size() != 1) throw Error(ErrorCode::Internal, "libcurl has no connection, or several");
    return *channel_->sockets.open.begin();
  }

  [[noreturn]] void throw_short_source() const {
    throw Error(ErrorCode::InvalidInput, fmt::format("the content to send ends after {} of {} bytes",
                                                     source_size_ - source_left_, source_size_));
  }

  void resume() {
    const CURLcode code = curl().curl_easy_pause(channel_->easy.get(), CURLPAUSE_CONT);
    if (code != CURLE_OK && !failure_) failure_ = std::make_exception_ptr(transfer_error(code, url_, detail_.data()));
  }

  void finish() {
    int queued = 0;
    const CURLMsg* message = curl().curl_multi_info_read(channel_->multi.get(), &queued);
    const CURLcode code = message == nullptr ? CURLE_RECV_ERROR : message->data.result;
    curl().curl_multi_remove_handle(channel_->multi.get(), channel_->easy.get());
    done_ = true;
    throw_if_interrupted();
    if (code != CURLE_OK && !failure_) failure_ = std::make_exception_ptr(transfer_error(code, url_, detail_.data()));
    // After a failure, or with half a body sent, the connection is not used again.
    if (!failure_ && !(sends_file_ && source_left_ != 0)) pool_->give_back(url_, std::move(channel_));
  }

  void throw_failure() const {
    if (failure_) std::rethrow_exception(failure_);
  }

  void configure(const Options& options, const std::string& certificates) {
    CURL* easy = channel_->easy.get();
    set_text(easy, CURLOPT_URL, url_.to_string());
    set_text(easy, CURLOPT_PROTOCOLS_STR, url_.scheme);
    set_number(easy, CURLOPT_FOLLOWLOCATION, 0);
    set_number(easy, CURLOPT_NOSIGNAL, 1);
    set_number(easy, CURLOPT_CONNECTTIMEOUT_MS, options.connect_timeout.count());
    if (!sends_file_) limit_stall();  // libcurl sees nothing of such a body move
    set_number(easy, CURLOPT_BUFFERSIZE, kTransferBuffer);
    set_number(easy, CURLOPT_UPLOAD_BUFFERSIZE, kTransferBuffer);
    set_number(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    set_number(easy, CURLOPT_SSL_VERIFYPEER, options.tls.verify ? 1 : 0);
    set_number(easy, CURLOPT_SSL_VERIFYHOST, options.tls.verify ? 2 : 0);
    // Each transfer has a connection of its own, where HTTP/2 saves nothing; its windows would only be memory.
    set_number(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_number(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    if (!options.user_agent.empty()) set_text(easy, CURLOPT_USERAGENT, options.user_agent);
    if (url_.is_loopback()) set_text(easy, CURLOPT_NOPROXY, "*");  // else libcurl's own rules: http_proxy, NO_PROXY
    if (!certificates.empty()) {
      curl_blob blob = {const_cast<char*>(certificates.data()), certificates.size(), CURL_BLOB_COPY};
      set_pointer(easy, CURLOPT_CAINFO_BLOB, &blob);
    }
    if (!options.tls.client_certificate.empty()) set_text(easy, CURLOPT_SSLCERT, options.tls.client_certificate);
    if (!options.tls.client_key.empty()) set_text(easy, CURLOPT_SSLKEY, options.tls.client_key);
    set_pointer(easy, CURLOPT_HTTPHEADER, headers_.get());
    set_pointer(easy, CURLOPT_ERRORBUFFER, detail_.data());
    set_function(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    set_pointer(easy, CURLOPT_OPENSOCKETDATA, &channel_->sockets);
    set_function(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
    set_pointer(easy, CURLOPT_CLOSESOCKETDATA, &channel_->sockets);
    set_function(easy, CURLOPT_HEADERFUNCTION, on_header);
    set_pointer(easy, CURLOPT_HEADERDATA, this);
    set_function(easy, CURLOPT_WRITEFUNCTION, on_body);
    set_pointer(easy, CURLOPT_WRITEDATA, this);
    set_function(easy, CURLOPT_READFUNCTION, on_send);
    set_pointer(easy, CURLOPT_READDATA, this);
  }

  void limit_stall() {
    set_number(channel_->easy.get(), CURLOPT_LOW_SPEED_LIMIT, 1);
    set_number(channel_->easy.get(), CURLOPT_LOW_SPEED_TIME, stall_timeout_.count());
  }

  void watch_head() {
    set_number(channel_->easy.get(), CURLOPT_VERBOSE, 1);  // else there is no debug function
    set_function(channel_->easy.get(), CURLOPT_DEBUGFUNCTION, on_debug);
    set_pointer(channel_->easy.get(), CURLOPT_DEBUGDATA, this);
  }

  void set_method(const Request& request) {
    CURL* easy = channel_->easy.get();
    if (request.method == "HEAD") {
      set_number(easy, CURLOPT_NOBODY, 1);
    } else if (!sends_file_ && (request.body != nullptr || request.method == "POST" || request.method == "PUT" ||
                                request.method == "PATCH")) {
      set_number(easy, CURLOPT_UPLOAD, 1);
      set_text(easy, CURLOPT_CUSTOMREQUEST, request.method);
      set_size(easy, CURLOPT_INFILESIZE_LARGE,
               request.body == nullptr ? 0 : static_cast<curl_off_t>(request.body_size));
    } else if (request.method != "GET") {
      set_text(easy, CURLOPT_CUSTOMREQUEST, request.method);
    }
  }

  std::shared_ptr<ChannelPool> pool_;
  Url url_;
  ByteSource* source_;  // read while the request is sent, which ends before its answer does
  std::uint64_t source_left_;
  std::uint64_t source_size_;
  bool sends_file_;
  std::chrono::seconds stall_timeout_;
  std::string head_end_;            // the last bytes of the request's head that have gone out
  bool may_send_file_ = false;      // the head has gone out, the body not yet
  std::size_t sockets_opened_ = 0;  // when it had
  std::chrono::steady_clock::time_point last_sent_;
  HeaderList headers_;
  std::array<char, CURL_ERROR_SIZE> detail_{};
  Response response_;
  std::size_t header_bytes_ = 0;
  bool head_is_complete_ = false;
  bool done_ = false;
  std::exception_ptr failure_;
  std::span<std::byte> target_;  // where the reader wants the body; the rest of one piece from libcurl is spilled
  std::size_t filled_ = 0;
  bool paused_ = false;
  std::string spilled_;
  std::size_t spilled_taken_ = 0;
  std::unique_ptr<Channel> channel_;  // its callbacks use all of the above
};

extern "C" std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  return static_cast<Transfer*>(user)->take_header({data, size * count});
}

extern "C" std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  return static_cast<Transfer*>(user)->take_body(std::as_bytes(std::span(data, size * count)));
}

extern "C" std::size_t on_send(char* data, std::size_t size, std::size_t count, void* user) {
  return static_cast<Transfer*>(user)->give_body(std::as_writable_bytes(std::span(data, size * count)));
}

extern "C" curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  UniqueFd socket(::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol));
  try {
    if (socket) {
      auto& sockets = *static_cast<Sockets*>(user);
      sockets.open.insert(socket.get());
      ++sockets.opened;
    }
  } catch (...) {  // no memory
    return CURL_SOCKET_BAD;
  }
  return socket ? socket.release() : CURL_SOCKET_BAD;
}

extern "C" int on_close_socket(void* user, curl_socket_t socket) {
  static_cast<Sockets*>(user)->open.erase(socket);
  return ::close(socket);
}

extern "C" int on_debug(CURL*, curl_infotype type, char* data, std::size_t size, void* user) {
  if (type == CURLINFO_HEADER_OUT) static_cast<Transfer*>(user)->head_sent({data, size});
  return 0;
}

bool is_good(int status) noexcept { return status >= 200 && status < 300; }

class CurlClient final : public Client {
 public:
  explicit CurlClient(Options options) : options_(std::move(options)) {
    if (!options_.tls.ca_files.empty()) certificates_ = all_certificates();
  }

  Response send(const Request& request, ByteSink* sink) override {
    const std::unique_ptr<Transfer> transfer = answered(request);
    Response response = std::move(transfer->head());
    if (sink != nullptr && is_good(response.status)) {
      pump(*transfer, [&](Bytes bytes) { sink->write(bytes); });
    } else {
      read_body(*transfer, request, response);
    }
    return response;
  }

  Exchange open(const Request& request) override {
    if (request.body != nullptr) throw Error(ErrorCode::Internal, "a request with a body is sent, not opened");
    std::unique_ptr<Transfer> transfer = answered(request);
    Exchange exchange{std::move(transfer->head()), nullptr};
    if (is_good(exchange.response.status)) {
      exchange.body = std::move(transfer);
    } else {
      read_body(*transfer, request, exchange.response);
    }
    return exchange;
  }

 private:
  // The transfer that leads to an answer other than a redirect that can be followed; its head is complete.
  std::unique_ptr<Transfer> answered(const Request& request) {
    const Url origin = Url::parse(request.url);
    Url url = origin;
    for (unsigned followed = 0;; ++followed) {
      auto transfer = std::make_unique<Transfer>(pool_, options_, certificates_, request, url, url.same_origin(origin));
      Response& response = transfer->head();
      const std::string location(response.header("Location"));
      const int status = response.status;
      const bool redirect = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
      // A body cannot be sent twice, so its sender decides what a redirect means.
      if (!redirect || location.empty() || (request.method != "GET" && request.method != "HEAD")) {
        response.final_url = url.to_string();
        return transfer;
      }
      if (followed >= request.redirects)
        throw Error(ErrorCode::Unavailable,
                    fmt::format("'{}' redirects more than {} times", origin.authority(), request.redirects));
      const Url next = url.resolve(location);
      if (url.scheme == "https" && next.scheme != "https") {
        throw Error(ErrorCode::Denied, fmt::format("'{}' redirects from https to http", url.authority()));
      }
      read_body(*transfer, request, response);  // then its connection can be used again
      url = next;
    }
  }

  template <typename Take>
  static void pump(Transfer& transfer, const Take& take) {
    const auto storage = std::make_unique_for_overwrite<std::byte[]>(kTransferBuffer);
    const std::span<std::byte> buffer(storage.get(), kTransferBuffer);
    while (const std::size_t count = transfer.read(buffer)) take(Bytes(buffer).first(count));
  }

  static void read_body(Transfer& transfer, const Request& request, Response& response) {
    pump(transfer, [&](Bytes bytes) {
      if (response.body.empty()) {
        const std::uint64_t announced = header_number(response.header("Content-Length")).value_or(0);
        response.body.reserve(std::min(announced, request.response_limit));
      }
      if (bytes.size() > request.response_limit - response.body.size()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("the server's answer is larger than the limit of {} bytes", request.response_limit));
      }
      response.body += as_text(bytes);
    });
  }

  // CURLOPT_CAINFO would replace the system's certificates, so all are given together.
  [[nodiscard]] std::string all_certificates() const {
    const char* system = curl().curl_version_info(CURLVERSION_NOW)->cainfo;
    std::string result;
    if (system != nullptr && std::filesystem::exists(system)) result = read_file(system) + "\n";
    for (const std::string& file : options_.tls.ca_files) result += read_file(file) + "\n";
    return result;
  }

  Options options_;
  std::string certificates_;
  std::shared_ptr<ChannelPool> pool_ = std::make_shared<ChannelPool>();
};

}  // namespace

bool is_same_header(std::string_view left, std::string_view right) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

std::optional<std::uint64_t> header_number(std::string_view value) noexcept {
  std::uint64_t result = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (problem != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return result;
}

std::string_view Response::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (is_same_header(key, name)) return value;
  }
  return {};
}

std::unique_ptr<Client> make_client(Options options) { return std::make_unique<CurlClient>(std::move(options)); }

}  // namespace waybill::http

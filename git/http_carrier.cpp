// git's smart protocol over http(s): one GET for what the service holds, then one POST a step. The connection is
// core/http's, so certificates, proxies, time limits and interruption are the same as for registries. Credentials are
// asked for when the server wants them, and go to the server of the address alone.
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "core/http/client.h"
#include "core/http/url.h"
#include "git/channel.h"
#include "git/failure.h"
#include "git/spool.h"

namespace waybill::git {
namespace {

constexpr unsigned kMostAttempts = 16;
constexpr std::size_t kLargestRequest = std::size_t{1} << 30;
constexpr std::size_t kLargestRefusal = 64 << 10;

SecretBytes basic_authorization(const UserPassword& known) {
  return SecretBytes::copy_of("Basic " + to_base64(prefixed(known.user + ":", known.password).bytes()));
}

// Every answer is an answer to the whole request, so a channel only collects and then plays back.
class HttpCarrier final : public Carrier {
 public:
  HttpCarrier(const RemoteAddress& address, const CarrierOptions& options)
      : address_(address),
        options_(options),
        base_(address.text()),
        client_(http::make_client({.tls = {.ca_files = options.ca_file.empty() ? std::vector<std::string>()
                                                                               : std::vector{options.ca_file.string()},
                                           .client_certificate = {},
                                           .client_key = {},
                                           .verify = true},
                                   .connect_timeout = std::min(options.silence, std::chrono::milliseconds(20'000)),
                                   .stall_timeout = std::max(std::chrono::ceil<std::chrono::seconds>(options.silence),
                                                             std::chrono::seconds(1)),
                                   .user_agent = "git/waybill"})) {}
  bool is_stateless() const noexcept override { return true; }
  std::unique_ptr<Channel> open(Service service) override;
  std::unique_ptr<Channel> talk(Service service) override;

  // Sends it, with other credentials as long as the server refuses those and there are more.
  http::Response send(http::Request request, std::string_view body, ByteSink& sink) {
    while (true) {
      SpanSource source(body);
      request.body = request.method == "POST" ? &source : nullptr;
      request.body_size = body.size();
      request.authorization = authorization_ ? &*authorization_ : nullptr;
      request.response_limit = kLargestRefusal;
      http::Response response = client_->send(request, &sink);
      if (authorization_ && response.status == 200) options_.credentials->tell(Verdict::Accepted);
      if (response.status != 401) return response;
      if (authorization_) options_.credentials->tell(Verdict::Refused);
      next_credential();
    }
  }

  // The address, moved if the server said so.
  void follow(const http::Response& response, std::string_view suffix) {
    const std::string& end = response.final_url;
    if (end == base_ + std::string(suffix) || end.empty()) return;
    if (!http::Url::parse(end).same_origin(http::Url::parse(base_)) || !end.ends_with(suffix)) {
      const http::Url place = http::Url::parse(end);
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is a redirect to another place, '{}://{}'",
                                                       address_.text(), place.scheme, place.authority()))
          .hint("name the address of the repository there; credentials are never sent along a redirect");
    }
    base_ = end.substr(0, end.size() - suffix.size());
  }

  [[nodiscard]] Error refusal(const http::Response& response) const {
    const std::string words =
        response.header("Content-Type").starts_with("text/plain") ? clean_line(response.body) : "";
    const auto failure = [&](ErrorCode code, std::string_view what) {
      return Error(code, fmt::format("'{}' {}: status {}{}", address_.text(), what, response.status,
                                     words.empty() ? "" : fmt::format(" ({})", words)));
    };
    if (response.status == 403)
      return failure(ErrorCode::Denied, "refuses access").hint("does the token have the right to write?");
    if (response.status == 404 || response.status == 410) {
      return failure(ErrorCode::NotFound, "is no git repository that we may see")
          .hint("forges answer so for private repositories too when the token is missing or may not read them");
    }
    if (response.status == 429) return failure(ErrorCode::RateLimited, "asks us to wait");
    if (response.status == 413) return failure(ErrorCode::NoSpace, "takes no commit of this size");
    if (response.status >= 500) return failure(ErrorCode::Unavailable, "has a failure of its own");
    if (response.status >= 300 && response.status < 400) return failure(ErrorCode::InvalidInput, "redirects a push");
    return failure(ErrorCode::Unclassified, "gives no sense as a git server");
  }

  [[nodiscard]] const std::string& base() const noexcept { return base_; }
  [[nodiscard]] Spool spool() const { return {options_.spool_folder, options_.fetch_limit, address_.text()}; }

 private:
  void next_credential() {
    if (options_.credentials != nullptr && attempts_ < kMostAttempts) {
      const std::optional<UserPassword> next = options_.credentials->credential(address_, attempts_++);
      if (next) {
        authorization_ = basic_authorization(*next);
        return;
      }
    }
    const std::string remark = options_.credentials != nullptr ? options_.credentials->remark() : std::string();
    throw Error(ErrorCode::Denied, fmt::format("'{}' wants credentials, and {}{}", address_.text(),
                                               authorization_ ? "accepts none of those we have" : "we have none",
                                               remark.empty() ? "" : fmt::format(" ({})", remark)))
        .hint("set WAYBILL_GIT_TOKEN or a git credential helper");
  }

  const RemoteAddress& address_;
  const CarrierOptions& options_;
  std::string base_;
  std::unique_ptr<http::Client> client_;
  std::optional<SecretBytes> authorization_;
  unsigned attempts_ = 0;
};

class Advertisement final : public Channel {
 public:
  Advertisement(HttpCarrier& carrier, Service service) : spool_(carrier.spool()) {
    const std::string suffix = fmt::format("/info/refs?service={}", name_of(service));
    http::Request request;
    request.url = carrier.base() + suffix;
    request.headers = {{"Accept", fmt::format("application/x-{}-advertisement", name_of(service))},
                       {"Cache-Control", "no-cache"}};
    const http::Response response = carrier.send(request, {}, spool_);
    carrier.follow(response, suffix);
    if (response.status != 200) throw carrier.refusal(response);
    if (!response.header("Content-Type").starts_with(fmt::format("application/x-{}-advertisement", name_of(service)))) {
      throw Error(ErrorCode::NotFound, fmt::format("'{}' answers, but not as a git server does", carrier.base()))
          .hint("is this the address of the repository, as 'git clone' takes it?");
    }
  }
  std::size_t read(std::span<char> buffer) override { return spool_.read(buffer); }
  void write(std::string_view) override { throw Error(ErrorCode::Internal, "nothing can be said here"); }

 private:
  Spool spool_;
};

class Step final : public Channel {
 public:
  Step(HttpCarrier& carrier, Service service)
      : carrier_(carrier), service_(name_of(service)), spool_(carrier.spool()) {}
  void write(std::string_view bytes) override {
    if (bytes.size() > kLargestRequest - request_.size())
      throw Error(ErrorCode::InvalidInput, fmt::format("a push of more than {} bytes", kLargestRequest));
    request_ += bytes;
  }
  std::size_t read(std::span<char> buffer) override {
    if (!sent_) send();
    return spool_.read(buffer);
  }

 private:
  void send() {
    sent_ = true;
    http::Request request;
    request.method = "POST";
    request.url = carrier_.base() + "/" + service_;
    request.headers = {{"Content-Type", fmt::format("application/x-{}-request", service_)},
                       {"Accept", fmt::format("application/x-{}-result", service_)}};
    const http::Response response = carrier_.send(request, request_, spool_);
    if (response.status != 200) throw carrier_.refusal(response);
    request_ = std::string();
  }

  HttpCarrier& carrier_;
  std::string service_;
  std::string request_;
  Spool spool_;
  bool sent_ = false;
};

std::unique_ptr<Channel> HttpCarrier::open(Service service) { return std::make_unique<Advertisement>(*this, service); }
std::unique_ptr<Channel> HttpCarrier::talk(Service service) { return std::make_unique<Step>(*this, service); }

}  // namespace

std::unique_ptr<Carrier> make_http_carrier(const RemoteAddress& address, const CarrierOptions& options) {
  return std::make_unique<HttpCarrier>(address, options);
}

}  // namespace waybill::git

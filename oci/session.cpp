#include "oci/session.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "core/error.h"
#include "core/json/reader.h"
#include "oci/wire_log.h"

namespace waybill::oci {
namespace {

constexpr std::uint64_t kLargestAnswer = 8ULL << 20;
constexpr std::size_t kLongestDetail = 200;
constexpr unsigned kMostPages = 1000;

// The other side's words, fit for a terminal.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, kLongestDetail)) {
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  while (!result.empty() && !is_utf8(result)) result.pop_back();
  while (result.ends_with(' ')) result.pop_back();
  return result;
}

// The list of errors in an answer, or null when it is no JSON of that form.
Value errors_of(const http::Response& response) {
  if (!response.body.starts_with('{')) return {};
  try {
    const Value document = json::parse(response.body, "error");
    const Value* errors = document.find("errors");
    return errors != nullptr && errors->is_list() ? *errors : Value();
  } catch (const Error&) {
    return {};  // a proxy's page: its words are shown as they are
  }
}

std::string detail_of(const http::Response& response) {
  const Value errors = errors_of(response);
  if (!errors.is_list() || errors.items().empty()) return printable(response.body);
  std::string result;
  for (const Value& item : errors.items()) {
    if (!result.empty()) result += "; ";
    result += item.text_or("code", "");
    if (const std::string message = item.text_or("message", ""); !message.empty())
      result += (result.empty() ? "" : ": ") + message;
  }
  return printable(result);
}

http::Url base_of(const Reference& reference, const RegistryOptions& options) {
  // A registry on this machine is spoken to in plain http, unless something was said about its certificate.
  const http::TlsOptions& tls = options.http.tls;
  const bool says_tls = !tls.ca_files.empty() || !tls.client_certificate.empty() || !tls.verify;
  const bool plain = options.plain_http == PlainHttp::Yes || (is_loopback(reference.registry) && !says_tls);
  return http::Url::parse(fmt::format("{}://{}", plain ? "http" : "https", reference.registry));
}

}  // namespace

bool has_errors(const http::Response& response) {
  const Value errors = errors_of(response);
  return errors.is_list() && !errors.items().empty();
}

bool has_error_code(const http::Response& response, std::string_view code) {
  const Value errors = errors_of(response);
  if (!errors.is_list()) return false;
  return std::any_of(errors.items().begin(), errors.items().end(),
                     [&](const Value& item) { return item.text_or("code", "") == code; });
}

std::string media_type_of(const http::Response& response) {
  const std::string_view value = response.header("Content-Type");
  std::string result(value.substr(0, value.find(';')));
  while (result.ends_with(' ')) result.pop_back();
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::string next_link(const http::Response& response) {
  const std::string_view value = response.header("Link");
  std::size_t start = 0;
  while (true) {
    const std::size_t open = value.find('<', start);
    const std::size_t close = open == std::string_view::npos ? open : value.find('>', open);
    if (close == std::string_view::npos) return {};
    const std::size_t end = std::min(value.find('<', close), value.size());
    const std::string_view parameters = value.substr(close, end - close);
    if (parameters.find("rel=\"next\"") != std::string_view::npos ||
        parameters.find("rel=next") != std::string_view::npos) {
      return std::string(value.substr(open + 1, close - open - 1));
    }
    start = end;
  }
}

Session::Session(const Reference& reference, RegistryOptions options, http::Client& client)
    : reference_(reference), options_(std::move(options)), client_(client), base_(base_of(reference_, options_)) {}

Authenticator& Session::authenticator() {
  std::call_once(credentials_found_, [this] {
    std::optional<Credentials> credentials;
    if (options_.credentials) {
      credentials = options_.credentials->copy();
    } else {
      credentials = find_credentials(reference_.registry, reference_.repository, options_.environment);
    }
    const auto ask_server = [this](const http::Request& request) {
      if (request.body == nullptr) return repeat({}, [&] { return ask(request, Body::Kept); }).response;
      return ask(request, Body::Kept).response;  // a body cannot be sent twice
    };
    authenticator_ = std::make_unique<Authenticator>(base_, reference_.repository, std::move(credentials),
                                                     options_.clock, ask_server);
  });
  return *authenticator_;
}

std::string Session::path(std::string_view rest) const { return fmt::format("/v2/{}/{}", reference_.repository, rest); }

std::string Session::resolve(const http::Response& answer, std::string_view location) const {
  const http::Url from = http::Url::parse(answer.final_url);
  const http::Url result = from.resolve(location);
  if (from.scheme == "https" && result.scheme != "https") {
    throw Error(ErrorCode::Denied, fmt::format("'{}' leads from https to http", base_.authority()));
  }
  return result.to_string();
}

bool Session::is_own(std::string_view url) const noexcept {
  try {
    return base_.resolve(url).same_origin(base_);
  } catch (const Error&) {
    return false;
  }
}

void Session::wait(unsigned attempt, std::string_view retry_after) const {
  ++waits_;
  const auto duration = delay(options_.retry, attempt, retry_after, options_.clock);
  if (options_.reporter != nullptr) {
    options_.reporter->info(fmt::format("'{}' does not serve us now; trying again in {:.1f} s", base_.authority(),
                                        static_cast<double>(duration.count()) / 1000.0));
  }
  options_.clock.sleep(duration);
}

http::Exchange Session::repeat(const Call& call, const std::function<http::Exchange()>& send) {
  const unsigned most = call.repeat == Repeat::Yes ? attempts() : 1;
  for (unsigned attempt = 1;; ++attempt) {
    std::string retry_after;
    try {
      http::Exchange exchange = send();
      if (!is_worth_retrying(exchange.response.status) || call.repeat == Repeat::No) return exchange;
      if (attempt >= most) throw error(exchange.response, "serve the request");
      retry_after = exchange.response.header("Retry-After");
    } catch (const Error& failure) {
      const bool passing = failure.code() == ErrorCode::Unavailable || failure.code() == ErrorCode::Timeout;
      if (!passing || attempt >= most) throw;
    }
    wait(attempt, retry_after);
  }
}

http::Exchange Session::ask(const http::Request& request, Body body) {
  const bool told = options_.reporter != nullptr && options_.reporter->shows(Level::Debug);
  const auto begin = std::chrono::steady_clock::now();
  const auto took = [&] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  };
  try {
    http::Exchange exchange =
        body == Body::Streamed ? client_.open(request) : http::Exchange{client_.send(request), nullptr};
    if (told) tell_answer(*options_.reporter, request, exchange.response, took());
    return exchange;
  } catch (const Error& failure) {
    if (told) tell_failure(*options_.reporter, request, failure, took());
    throw;
  }
}

http::Exchange Session::exchange_once(const Call& call, const std::string& url, bool own_origin, Body kind) {
  http::Request request;
  request.method = call.method;
  request.url = url;
  request.headers = call.headers;
  request.response_limit = kLargestAnswer;
  std::unique_ptr<ByteSource> body;
  if (call.body != nullptr) {
    body = (*call.body)(call.body_offset);
    request.body = body.get();
    request.body_size = call.body_size;
  }
  std::shared_ptr<const SecretBytes> authorization;
  if (own_origin) authorization = authenticator().authorization(call.access);
  request.authorization = authorization.get();
  http::Exchange exchange = ask(request, kind);
  report_warnings(exchange.response);
  return exchange;
}

http::Response Session::send(const Call& call) { return exchange(call, Body::Kept).response; }
http::Exchange Session::open(const Call& call) { return exchange(call, Body::Streamed); }

http::Exchange Session::exchange(const Call& call, Body body) {
  const http::Url url = base_.resolve(call.url);
  const bool own_origin = url.same_origin(base_);
  const std::string address = url.to_string();
  return repeat(call, [&] {
    http::Exchange exchange = exchange_once(call, address, own_origin, body);
    // Once for the first token, once more for one that has run out meanwhile.
    for (int renewed = 0; exchange.response.status == 401 && own_origin && renewed < 2; ++renewed) {
      authenticator().answer(exchange.response, call.access);
      exchange = exchange_once(call, address, own_origin, body);
    }
    if (exchange.response.status == 401) throw error(exchange.response, "allow this");
    return exchange;
  });
}

void Session::report_warnings(const http::Response& response) {
  if (options_.reporter == nullptr) return;
  for (const auto& [name, value] : response.headers) {
    const bool is_warning = http::is_same_header(name, "Warning");
    const std::size_t open = value.find('"');
    const std::size_t close = value.rfind('"');
    if (!is_warning || !value.starts_with("299 ") || open == close) continue;
    const std::string text = printable(std::string_view(value).substr(open + 1, close - open - 1));
    {
      const std::lock_guard lock(mutex_);
      if (!warned_.insert(text).second) continue;
    }
    options_.reporter->warning(fmt::format("'{}' says: {}", base_.authority(), text));
  }
}

std::optional<std::vector<std::string>> Session::list_names(std::string url, std::string_view member, Access access) {
  std::vector<std::string> result;
  for (unsigned page = 0; page < kMostPages; ++page) {
    const http::Response response = send({.url = url, .access = access});
    if (response.status == 404) return std::nullopt;
    if (response.status != 200) throw error(response, fmt::format("list its {}", member));
    const Value document = json::parse(response.body, fmt::format("list of {}", member));
    if (const Value* names = document.find(member); names != nullptr && names->is_list()) {
      for (const Value& name : names->items()) {
        if (name.is_string()) result.push_back(name.as_string());
      }
    }
    const std::string next = next_link(response);
    if (next.empty()) {
      std::sort(result.begin(), result.end());
      result.erase(std::unique(result.begin(), result.end()), result.end());
      return result;
    }
    url = resolve(response, next);
  }
  throw Error(ErrorCode::Unavailable, fmt::format("'{}' lists {} without an end", name(), member));
}

Error Session::error(const http::Response& response, std::string_view what) const {
  ErrorCode code = ErrorCode::Unclassified;
  std::string hint;
  switch (response.status) {
    case 401:
    case 403:
      code = ErrorCode::Denied;
      hint = "waybill login stores credentials";
      break;
    case 404:
      code = ErrorCode::NotFound;
      break;
    case 400:
    case 413:
    case 416:
      code = ErrorCode::InvalidInput;
      break;
    case 409:
    case 412:
      code = ErrorCode::Conflict;
      break;
    case 408:
      code = ErrorCode::Timeout;
      break;
    case 429:
      code = ErrorCode::RateLimited;
      break;
    case 507:
      code = ErrorCode::NoSpace;
      break;
    default:
      if (response.status >= 500 || response.status == 499) code = ErrorCode::Unavailable;
  }
  const std::string detail = detail_of(response);
  // Harbor's 403 and GitLab's 413 are no matter of credentials then.
  if ((response.status == 403 || response.status == 413) &&
      (detail.find("quota") != std::string::npos || detail.find("will exceed") != std::string::npos))
    hint = "when the registry has room for it, the same command goes on where it stopped";
  Error result(code, fmt::format("'{}' does not {}: it answers {}{}{}", name(), what, response.status,
                                 detail.empty() ? "" : ", ", detail));
  result.hint(std::move(hint));
  return result;
}

}  // namespace waybill::oci

#pragma once
// One registry, one repository: requests with credentials, repeats and errors done. What the parts of Registry share;
// not for other rooms.
#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/client.h"
#include "core/http/url.h"
#include "oci/auth.h"
#include "oci/registry.h"
#include "oci/store.h"

namespace waybill::oci {

// No: one attempt, and a status that is worth repeating is returned.
enum class Repeat : std::uint8_t { Yes, No };

struct Call {
  std::string method = "GET";
  std::string url;  // as path ("/v2/…") or absolute
  http::Headers headers = {};
  Access access = Access::Pull;
  const OpenBlob* body = nullptr;
  std::uint64_t body_offset = 0;  // what is sent begins here
  std::uint64_t body_size = 0;
  Repeat repeat = Repeat::Yes;
};

class Session {
 public:
  Session(const Reference& reference, RegistryOptions options, http::Client& client);

  // Any status but 401 and those worth repeating is the caller's to judge. Throws Denied for a 401 that credentials
  // cannot mend, RateLimited or Unavailable when all attempts failed, and what http::Client throws. Thread-safe.
  http::Response send(const Call& call);
  // The same for a call without a body: returns when the head of the answer is there (http::Client::open).
  http::Exchange open(const Call& call);

  [[nodiscard]] const Reference& reference() const noexcept { return reference_; }
  // "/v2/<repository>/" + rest
  [[nodiscard]] std::string path(std::string_view rest) const;
  // "registry/repository", or the registry alone where no repository is meant.
  [[nodiscard]] std::string name() const {
    return reference_.repository.empty() ? reference_.registry : reference_.name();
  }
  // An address from the registry's answer, absolute. Denied if it leads from https to http.
  [[nodiscard]] std::string resolve(const http::Response& answer, std::string_view location) const;
  // The error for a status that was not expected; `what` is such as "push blob sha256:…".
  [[nodiscard]] Error error(const http::Response& response, std::string_view what) const;
  // All pages of a list of names ("tags", "repositories"; distribution-spec 1.1, "Listing Tags"), sorted, each once;
  // nullopt for a 404.
  [[nodiscard]] std::optional<std::vector<std::string>> list_names(std::string url, std::string_view member,
                                                                   Access access);
  // Waits before attempt number `attempt` + 1.
  void wait(unsigned attempt, std::string_view retry_after = {}) const;
  // How often that happened.
  [[nodiscard]] std::uint64_t waits() const noexcept { return waits_; }
  [[nodiscard]] unsigned attempts() const noexcept { return std::max(options_.retry.attempts, 1U); }
  [[nodiscard]] const RegistryOptions& options() const noexcept { return options_; }
  // Whether an address is one of this registry, where credentials may go.
  [[nodiscard]] bool is_own(std::string_view url) const noexcept;

 private:
  enum class Body : bool { Kept, Streamed };
  http::Exchange exchange(const Call& call, Body body);
  http::Exchange exchange_once(const Call& call, const std::string& url, bool own_origin, Body body);
  // Every request to the registry and its token server goes through here.
  http::Exchange ask(const http::Request& request, Body body);
  http::Exchange repeat(const Call& call, const std::function<http::Exchange()>& send);
  void report_warnings(const http::Response& response);

  Reference reference_;
  RegistryOptions options_;
  http::Client& client_;
  http::Url base_;
  std::once_flag credentials_found_;
  std::unique_ptr<Authenticator> authenticator_;
  mutable std::atomic<std::uint64_t> waits_{0};
  std::mutex mutex_;  // guards warned_
  std::set<std::string> warned_;

  Authenticator& authenticator();
};

// Whether the answer says what is wrong as registries do (distribution-spec 1.1, "Error Codes").
[[nodiscard]] bool has_errors(const http::Response& response);
// Whether its errors name that code.
[[nodiscard]] bool has_error_code(const http::Response& response, std::string_view code);
// A header's value without its parameters, lower case: "application/json".
[[nodiscard]] std::string media_type_of(const http::Response& response);
// The target of a Link header with rel="next" (RFC 8288); empty when there is none.
[[nodiscard]] std::string next_link(const http::Response& response);

}  // namespace waybill::oci

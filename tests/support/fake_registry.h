#pragma once
// A registry in the test's own process that behaves as well, or as badly, as its switches say.
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "tests/support/fake_server.h"

namespace waybill::testing {

struct FakeRegistrySwitches {
  std::string token;     // not empty: bearer tokens are demanded, and this one is handed out
  std::string password;  // "user:password" that the token server wants; empty: anybody
  bool basic = false;    // Basic instead of tokens, with `password`
  int refusals = 0;      // so many requests are first answered with `refusal_status`
  int refusal_status = 503;
  std::string retry_after;        // sent with the refusals
  std::string refused_path;       // only paths that contain this are refused
  bool relative_location = true;  // of uploads, with a query
  bool digest_headers = true;
  bool wrong_digest_header = false;
  bool wrong_blob = false;
  int truncated_blobs = 0;    // so many downloads end early
  std::string blob_redirect;  // host that has the blobs
  bool referrers_api = false;
  bool announce_subject = false;
  bool paged = false;  // one referrer or tag a page
  std::string warning;
  int lost_referrers = 0;  // so many writes of a fallback tag are overwritten by somebody else at once
};

class FakeRegistry {
 public:
  explicit FakeRegistry(FakeRegistrySwitches switches = {});

  [[nodiscard]] FakeServer& server() noexcept { return server_; }
  [[nodiscard]] std::string host() const { return server_.host(); }
  [[nodiscard]] std::optional<std::string> blob(const std::string& digest) const;
  [[nodiscard]] std::optional<std::string> manifest(const std::string& name) const;

 private:
  struct Manifest {
    std::string type;
    std::string bytes;
  };
  FakeResponse handle(const FakeRequest& request);
  FakeResponse authorized(const FakeRequest& request);
  FakeResponse serve_blob(const FakeRequest& request, const std::string& digest);
  FakeResponse upload(const FakeRequest& request);
  FakeResponse serve_manifest(const FakeRequest& request, const std::string& name);
  FakeResponse store_manifest(const FakeRequest& request, const std::string& name);
  FakeResponse list_referrers(const FakeRequest& request, const std::string& digest);
  FakeResponse list_tags(const FakeRequest& request);

  FakeRegistrySwitches switches_;
  mutable std::mutex mutex_;  // guards the members below
  std::map<std::string, std::string> blobs_;
  std::map<std::string, Manifest> manifests_;  // by digest
  std::map<std::string, std::string> tags_;    // to digests
  FakeServer server_;                          // last: its thread uses all of the above
};

}  // namespace waybill::testing

#pragma once
// A registry in the test's own process that behaves as well, or as badly, as its switches say.
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/value.h"
#include "tests/support/fake_server.h"

namespace waybill::testing {

enum class FakeMount : std::uint8_t { Linked, Declined, Unknown };  // 201, 202 with an upload, 404
enum class FakeRanges : std::uint8_t { Honoured, Ignored, WrongOffset, WithoutContentRange, Refused };
enum class FakeIfMatch : std::uint8_t { NoETag, Ignored, Honoured };

struct FakeRegistrySwitches {
  // Who asks.
  std::string token;             // not empty: bearer tokens are demanded, and this one is handed out
  std::string password;          // "user:password" that the token server wants; empty: anybody
  std::string identity_token;    // that the token server takes by POST
  bool no_token_post = false;    // the token server answers POST with 405
  bool basic = false;            // Basic instead of tokens, with `password`
  std::string token_expires_at;  // the token is replaced at the next request with this method and path part,
  int token_expirations = 0;     // so many times: "PATCH /uploads/"
  int token_life = 300;          // seconds
  // What goes wrong for a while.
  int refusals = 0;  // so many requests are first answered with `refusal_status`
  int refusal_status = 503;
  int refusals_after = 0;    // only after so many that are served
  std::string retry_after;   // sent with the refusals
  std::string refused_path;  // only paths that contain this are refused
  // Uploads.
  bool relative_location = true;
  bool location_query = true;
  bool latest_location_only = true;  // others are 404
  FakeMount mount = FakeMount::Declined;
  std::uint64_t chunk_min_length = 0;   // announced if not 0
  std::uint64_t largest_body = 0;       // 413 above it; 0: none
  int lost_chunk_answers = 0;           // so many chunks are taken but not answered
  int half_chunks = 0;                  // of so many chunks only the first half is taken, and said so
  bool keeps_cut_chunks = true;         // what came of a chunk counts; otherwise its upload is gone
  int forgotten_uploads = 0;            // so many uploads are unknown at their second request
  bool single_post_drops_body = false;  // POST ?digest= is answered 202
  std::uint64_t quota = 0;              // bytes of blobs in all; more is DENIED, as Harbor says it. 0: none
  bool refuses_sparse_indexes = false;  // MANIFEST_BLOB_UNKNOWN
  // Content.
  bool digest_headers = true;
  bool damages_manifests = false;  // stores those that are named by a tag with a space at their end
  bool wrong_digest_header = false;
  bool wrong_type = false;  // of manifests
  bool wrong_blob = false;
  std::chrono::milliseconds blob_delay{0};      // that each blob takes
  std::chrono::milliseconds manifest_delay{0};  // that each request for a manifest or a list of referrers takes
  bool unchecked = false;                       // takes blobs of any digest
  std::int64_t size_error = 0;                  // added to what it says of a blob's size
  int truncated_blobs = 0;                      // so many downloads end early
  int stalled_blobs = 0;                        // so many downloads stand still halfway
  FakeRanges ranges = FakeRanges::Honoured;
  std::string content_encoding;  // that it says of blobs
  std::string blob_redirect;     // host that has the blobs
  // Lists.
  bool referrers_api = false;
  int referrers_status = 404;   // without the API; 200: a page in HTML
  std::string referrers_error;  // the code of that answer in a registry's words; empty: in a web server's
  bool announce_subject = false;
  bool paged = false;           // one referrer or tag a page
  bool absolute_links = false;  // to the next page
  std::string warning;
  FakeIfMatch if_match = FakeIfMatch::NoETag;
  int lost_referrers = 0;  // so many writes of a fallback tag are overwritten by somebody else at once
};

class FakeRegistry {
 public:
  explicit FakeRegistry(FakeRegistrySwitches switches = {});

  [[nodiscard]] FakeServer& server() noexcept { return server_; }
  [[nodiscard]] std::string host() const { return server_.host(); }
  // From the first repository that has it.
  [[nodiscard]] std::optional<std::string> blob(const std::string& digest) const;
  // By tag or digest.
  [[nodiscard]] std::optional<std::string> manifest(const std::string& name) const;

  // Puts content there without a request; its digest.
  std::string add_blob(const std::string& repository, const std::string& bytes,
                       DigestAlgorithm algorithm = DigestAlgorithm::Sha256);
  std::string add_manifest(const std::string& repository, const std::string& type, const std::string& bytes,
                           const std::string& tag = {}, DigestAlgorithm algorithm = DigestAlgorithm::Sha256);
  void remove_manifest(const std::string& repository, const std::string& digest);
  // Tags that were written before everything below them, and what refers to it, was there: never when all is well.
  [[nodiscard]] std::vector<std::string> tags_too_early() const;
  // Bytes of blobs that came in uploads, those of uploads that were cut off too, as far as they came.
  [[nodiscard]] std::uint64_t uploaded_bytes() const;
  void forget(const std::string& repository);
  void set_quota(std::uint64_t bytes);  // 0: none
  // What a tag must find among the referrers of its manifest, by number.
  void expect_referrers(std::size_t count);

 private:
  struct Manifest {
    std::string type;
    std::string bytes;
  };
  struct Repository {
    std::map<std::string, std::string> blobs;
    std::map<std::string, Manifest> manifests;  // by digest
    std::map<std::string, std::string> tags;    // to digests
  };
  struct Upload {
    std::string repository;
    std::string bytes;
    int requests = 0;
    int state = 0;  // counts its Locations
  };
  FakeResponse handle(const FakeRequest& request);
  FakeResponse give_token(const FakeRequest& request);
  FakeResponse authorized(const FakeRequest& request);
  FakeResponse serve_blob(const FakeRequest& request, Repository& repository, const std::string& digest);
  FakeResponse begin_upload(const FakeRequest& request, const std::string& repository);
  FakeResponse upload(const FakeRequest& request);
  FakeResponse take_chunk(const FakeRequest& request, Upload& upload, const std::string& id);
  FakeResponse close_upload(const FakeRequest& request, Upload& upload, const std::string& id);
  FakeResponse serve_manifest(const FakeRequest& request, Repository& repository, const std::string& name);
  FakeResponse store_manifest(const FakeRequest& request, Repository& repository, const std::string& name);
  FakeResponse list_referrers(const FakeRequest& request, Repository& repository, const std::string& digest);
  FakeResponse list_tags(const FakeRequest& request, Repository& repository);
  [[nodiscard]] std::string location(const FakeRequest& request, const std::string& id, const Upload& upload) const;
  [[nodiscard]] std::string link(const FakeRequest& request, const std::string& query) const;
  [[nodiscard]] bool has_children(const Repository& repository, const Value& index) const;
  [[nodiscard]] bool is_whole(const Repository& repository, const std::string& digest) const;

  FakeRegistrySwitches switches_;
  std::string valid_token_;
  mutable std::mutex mutex_;  // guards the members above and below
  std::map<std::string, Repository> repositories_;
  std::map<std::string, Upload> uploads_;
  int uploads_begun_ = 0;
  std::uint64_t uploaded_ = 0;
  std::size_t expected_referrers_ = 0;
  std::vector<std::string> too_early_;
  FakeServer server_;  // last: its threads use all of the above
};

}  // namespace waybill::testing

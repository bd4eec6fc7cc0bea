#pragma once
// A store in a registry: OCI distribution-spec 1.1 over HTTP. Each answer is checked; what can be repeated safely is
// repeated (oci/retry.h); a transfer that breaks off goes on where it stopped (oci/registry_download.h,
// oci/registry_upload.h); tokens are fetched when the registry asks (oci/auth.h).
//
// Referrers: the registry's own list where it has one, otherwise the fallback tag, kept by a verified
// read-modify-write. Errors: 401 and 403 Denied, 404 NotFound, 413 InvalidInput, 429 RateLimited, 5xx and connections
// Unavailable, 507 NoSpace; messages carry the registry's own words and never a credential. Thread-safe.
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/http/client.h"
#include "core/reporter.h"
#include "oci/credentials.h"
#include "oci/reference.h"
#include "oci/retry.h"
#include "oci/store.h"

namespace waybill::oci {

enum class PlainHttp : std::uint8_t { LoopbackOnly, Yes };

struct RegistryOptions {
  std::optional<Credentials> credentials;  // instead of the files and helpers
  CredentialEnvironment environment = process_credential_environment();
  PlainHttp plain_http = PlainHttp::LoopbackOnly;
  http::Options http;  // TLS, timeouts, user agent
  RetryOptions retry;
  Clock clock = system_clock();
  Reporter* reporter = nullptr;  // must outlive the registry; null: silent
  // Blobs that are larger go up in pieces, each of which is kept by the registry when the next one fails. The first are
  // of this size; they grow while each is through in less than two seconds.
  std::uint64_t chunk_size = 16ULL << 20;
  // Where uploads that were cut off are remembered for the next process (oci/upload_record.h); empty: nowhere.
  std::filesystem::path upload_folder = {};
};

class Registry final : public Store {
 public:
  // Speaks to `reference.registry` about `reference.repository`; connects on first use.
  Registry(const Reference& reference, RegistryOptions options);
  // The same over a client that somebody else keeps alive.
  Registry(const Reference& reference, RegistryOptions options, http::Client& client);
  ~Registry() override;

  [[nodiscard]] std::string name() const override;
  [[nodiscard]] bool is_remote() const noexcept override { return true; }
  [[nodiscard]] std::uint64_t waits() const noexcept override;
  [[nodiscard]] bool exists_blob(const Descriptor& descriptor) override;
  [[nodiscard]] std::unique_ptr<ByteSource> open_blob(const Descriptor& descriptor, std::uint64_t offset) override;
  Pushed push_blob(const Descriptor& descriptor, const OpenBlob& open) override;
  [[nodiscard]] std::optional<FetchedManifest> fetch_manifest(const Digest& digest) override;
  [[nodiscard]] std::optional<FetchedManifest> fetch_tagged(const std::string& tag) override;
  [[nodiscard]] std::optional<Descriptor> resolve(const std::string& tag) override;
  [[nodiscard]] std::optional<Descriptor> resolve(const Digest& digest) override;
  Pushed push_manifest(const FetchedManifest& manifest) override;
  bool tag(const Descriptor& manifest, const std::string& tag, ForceTag force) override;
  bool push_tagged(const FetchedManifest& manifest, const std::string& tag, ForceTag force) override;
  // From another repository of the same registry, which then links its blobs instead of taking them again.
  void copies_from(const StoreReader& source) override;
  [[nodiscard]] std::vector<std::string> list_tags() override;
  [[nodiscard]] std::vector<Descriptor> referrers(const Digest& subject, std::string_view artifact_type = {}) override;

  // Deletes a tag alone; false where the registry cannot do that (distribution-spec 1.1, "Deleting tags").
  [[nodiscard]] bool delete_tag(const std::string& tag);
  // Deletes a manifest and with it every tag of it; NotFound, or Denied where the registry allows no deletes.
  void delete_manifest(const Digest& digest);

 private:
  // Whether the tag names it already; Conflict if that is something else and is not forced.
  [[nodiscard]] bool names(const std::string& tag, const Digest& manifest, ForceTag force);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace waybill::oci

#include "oci/registry.h"

#include <fmt/core.h>

#include <map>
#include <mutex>

#include "core/error.h"
#include "oci/manifest.h"
#include "oci/media_types.h"
#include "oci/registry_download.h"
#include "oci/registry_referrers.h"
#include "oci/registry_upload.h"
#include "oci/session.h"

namespace waybill::oci {
namespace {

constexpr std::size_t kRememberedManifests = 64;
constexpr std::size_t kResolvedManifests = 20'000;

http::Headers accept_manifests() {
  return {{"Accept", fmt::format("{}, {}, {}, {}", media_type::kImageIndex, media_type::kImageManifest,
                                 media_type::kDockerManifestList, media_type::kDockerManifest)}};
}

// Of a header that may be absent or of an algorithm that is not spoken here.
std::optional<Digest> announced_digest(const http::Response& response) {
  return Digest::try_parse(response.header("Docker-Content-Digest"));
}

// Some clients, among them cosign 2, list a referrer under the media type of its config, which for an empty one says
// nothing (distribution-spec, "Pushing Manifests with Subject": the artifactType of the manifest). The manifest tells.
void read_type(Registry& registry, Descriptor& listed) {
  try {
    const auto manifest = registry.fetch_manifest(listed.digest);
    if (!manifest) return;
    ManifestLinks links = links_of(manifest->bytes, manifest->descriptor.media_type);
    listed.artifact_type = std::move(links.artifact_type);
    listed.annotations = std::move(links.annotations);
  } catch (const Error& error) {
    // Whoever may push can list anything.
    if (error.code() != ErrorCode::InvalidInput && error.code() != ErrorCode::Untrusted) throw;
  }
}

// Whether what a registry says is the digest of this manifest, in whichever algorithm.
bool is_of(const Digest& announced, const Descriptor& manifest, std::string_view bytes) {
  if (announced.algorithm() == manifest.digest.algorithm()) return announced == manifest.digest;
  return announced == digest_of(announced.algorithm(), bytes);
}

// Registries that know SHA-256 alone say of everything else that it is not what it is called.
template <typename Body>
auto push_named_by(const Digest& digest, const Body& body) {
  try {
    return body();
  } catch (Error& refused) {
    if (refused.code() == ErrorCode::InvalidInput && digest.algorithm() == DigestAlgorithm::Sha512) {
      refused.hint(
          "not every registry takes what is named by SHA-512; layouts, archives and 'waybill save' keep it as it is");
    }
    throw;
  }
}

}  // namespace

struct Registry::State {
  std::unique_ptr<http::Client> own_client;
  Session session;
  RegistryReferrers referrers;
  std::string source_repository;  // whose blobs the registry may link; empty: none. Set before blobs are pushed
  std::mutex mutex;               // guards what follows
  std::map<Digest, FetchedManifest> remembered;  // just pushed, about to be tagged
  std::map<Digest, bool> resolved;               // just asked for, whether they are there; may be pushed now

  State(const Reference& reference, RegistryOptions options, http::Client& client)
      : session(reference, std::move(options), client), referrers(session) {}
  State(const Reference& reference, RegistryOptions options, std::unique_ptr<http::Client> client)
      : own_client(std::move(client)), session(reference, std::move(options), *own_client), referrers(session) {}

  std::optional<FetchedManifest> fetch(const std::string& name);
  std::optional<Descriptor> head(const std::string& name);
  http::Response put(const FetchedManifest& manifest, const std::string& name);
  // Whether it is there; not asked again when resolve() has just said so.
  bool has(const Digest& digest);
};

std::optional<FetchedManifest> Registry::State::fetch(const std::string& name) {
  http::Response response = session.send({.url = session.path("manifests/" + name), .headers = accept_manifests()});
  if (response.status == 404) return std::nullopt;
  if (response.status != 200) throw session.error(response, fmt::format("give manifest '{}'", name));
  const std::string type = media_type_of(response);
  return with_context([&] { return fmt::format("while reading manifest '{}' of '{}'", name, session.name()); },
                      [&] {
                        const std::optional<Digest> announced = announced_digest(response);
                        const std::optional<Digest> asked = Digest::try_parse(name);
                        const DigestAlgorithm algorithm = asked       ? asked->algorithm()
                                                          : announced ? announced->algorithm()
                                                                      : DigestAlgorithm::Sha256;
                        Descriptor descriptor = describe(response.body, type, algorithm);
                        if (announced && !is_of(*announced, descriptor, response.body)) {
                          throw Error(ErrorCode::Untrusted,
                                      fmt::format("the registry announces {} but sends {}", announced->to_string(),
                                                  descriptor.digest.to_string()));
                        }
                        static_cast<void>(parse_manifest(response.body, type));
                        return std::optional(FetchedManifest{std::move(descriptor), std::move(response.body)});
                      });
}

std::optional<Descriptor> Registry::State::head(const std::string& name) {
  const http::Response response =
      session.send({.method = "HEAD", .url = session.path("manifests/" + name), .headers = accept_manifests()});
  if (response.status == 404) return std::nullopt;
  const std::optional<Digest> digest = announced_digest(response);
  const std::optional<std::uint64_t> size = http::header_number(response.header("Content-Length"));
  if (response.status == 200 && digest && size && is_manifest_type(media_type_of(response))) {
    return Descriptor{media_type_of(response), *digest, *size, {}, {}, {}};
  }
  if (response.status == 403) throw session.error(response, fmt::format("say what '{}' is", name));
  // Some servers know no HEAD, or leave out what matters.
  const std::optional<FetchedManifest> fetched = fetch(name);
  return fetched ? std::optional(fetched->descriptor) : std::nullopt;
}

http::Response Registry::State::put(const FetchedManifest& manifest, const std::string& name) {
  const OpenBlob open = opener(manifest.bytes);
  http::Response response = session.send({.method = "PUT",
                                          .url = session.path("manifests/" + name),
                                          .headers = {{"Content-Type", manifest.descriptor.media_type}},
                                          .access = Access::Push,
                                          .body = &open,
                                          .body_size = manifest.bytes.size()});
  if (response.status != 201 && response.status != 200)
    throw session.error(response, fmt::format("take manifest '{}'", name));
  const std::optional<Digest> announced = announced_digest(response);
  if (announced && !is_of(*announced, manifest.descriptor, manifest.bytes)) {
    throw Error(ErrorCode::Untrusted, fmt::format("'{}' has stored manifest {} as {}", session.name(),
                                                  manifest.descriptor.digest.to_string(), announced->to_string()));
  }
  return response;
}

bool Registry::State::has(const Digest& digest) {
  {
    const std::lock_guard lock(mutex);
    if (const auto known = resolved.extract(digest)) return known.mapped();
  }
  return head(digest.to_string()).has_value();
}

Registry::Registry(const Reference& reference, RegistryOptions options) {
  std::unique_ptr<http::Client> client = http::make_client(options.http);
  state_ = std::make_unique<State>(reference, std::move(options), std::move(client));
}

Registry::Registry(const Reference& reference, RegistryOptions options, http::Client& client)
    : state_(std::make_unique<State>(reference, std::move(options), client)) {}

Registry::~Registry() = default;

std::string Registry::name() const { return state_->session.name(); }

std::uint64_t Registry::waits() const noexcept { return state_->session.waits(); }

bool Registry::exists_blob(const Descriptor& descriptor) { return has_blob(state_->session, descriptor); }

std::unique_ptr<ByteSource> Registry::open_blob(const Descriptor& descriptor, std::uint64_t offset) {
  return open_remote_blob(state_->session, descriptor, offset);
}

Pushed Registry::push_blob(const Descriptor& descriptor, const OpenBlob& open) {
  return push_named_by(descriptor.digest,
                       [&] { return upload_blob(state_->session, descriptor, open, state_->source_repository); });
}

void Registry::copies_from(const StoreReader& source) {
  const auto* registry = dynamic_cast<const Registry*>(&source);
  if (registry == nullptr) return;
  const Reference& own = state_->session.reference();
  const Reference& other = registry->state_->session.reference();
  if (own.registry == other.registry && own.repository != other.repository)
    state_->source_repository = other.repository;
}

std::optional<FetchedManifest> Registry::fetch_manifest(const Digest& digest) {
  std::optional<FetchedManifest> result = state_->fetch(digest.to_string());
  if (result && result->descriptor.digest != digest) {
    throw Error(ErrorCode::Untrusted, fmt::format("'{}' sends {} for manifest {}", name(),
                                                  result->descriptor.digest.to_string(), digest.to_string()));
  }
  return result;
}

std::optional<FetchedManifest> Registry::fetch_tagged(const std::string& tag) {
  check_tag(tag);
  return state_->fetch(tag);
}

std::optional<Descriptor> Registry::resolve(const std::string& tag) {
  check_tag(tag);
  return state_->head(tag);
}

std::optional<Descriptor> Registry::resolve(const Digest& digest) {
  std::optional<Descriptor> found = state_->head(digest.to_string());
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->resolved.size() >= kResolvedManifests) state_->resolved.clear();
    state_->resolved.insert_or_assign(digest, found.has_value());
  }
  // It may tell the digest of the algorithm that it prefers.
  if (found && found->digest.algorithm() != digest.algorithm()) found->digest = digest;
  return found;
}

Pushed Registry::push_manifest(const FetchedManifest& manifest) {
  const ManifestLinks links = links_of(manifest.bytes, manifest.descriptor.media_type);
  const Digest digest = manifest.descriptor.digest;
  Pushed pushed = Pushed::AlreadyThere;
  bool announced = false;
  if (!state_->has(digest)) {
    const http::Response response = push_named_by(digest, [&] { return state_->put(manifest, digest.to_string()); });
    announced = !response.header("OCI-Subject").empty();
    pushed = Pushed::Transferred;
  }
  if (links.subject) {
    Descriptor listed = manifest.descriptor;
    listed.artifact_type = links.artifact_type;
    listed.annotations = links.annotations;
    state_->referrers.ensure_listed(links.subject->digest, listed, announced);
  }
  const std::lock_guard lock(state_->mutex);
  if (state_->remembered.size() >= kRememberedManifests) state_->remembered.clear();
  state_->remembered.insert_or_assign(digest, manifest);
  return pushed;
}

bool Registry::names(const std::string& tag, const Digest& manifest, ForceTag force) {
  check_tag(tag);
  const std::optional<Descriptor> held = resolve_by(*this, tag, manifest.algorithm());
  if (!held || held->digest == manifest) return held.has_value();
  if (force == ForceTag::No) throw tag_conflict(name(), tag, held->digest, manifest);
  return false;
}

bool Registry::tag(const Descriptor& manifest, const std::string& tag, ForceTag force) {
  if (names(tag, manifest.digest, force)) return false;
  std::optional<FetchedManifest> content;
  {
    const std::lock_guard lock(state_->mutex);
    if (const auto found = state_->remembered.find(manifest.digest); found != state_->remembered.end())
      content = found->second;
  }
  if (!content) content = require_manifest(*this, manifest.digest);
  state_->put(*content, tag);
  return true;
}

bool Registry::push_tagged(const FetchedManifest& manifest, const std::string& tag, ForceTag force) {
  const Digest& digest = manifest.descriptor.digest;
  // Under a tag alone the registry chooses the algorithm; a referrer has to be listed before it is tagged.
  const bool in_one = digest.algorithm() == DigestAlgorithm::Sha256 &&
                      !links_of(manifest.bytes, manifest.descriptor.media_type).subject;
  if (!in_one) return Store::push_tagged(manifest, tag, force);
  if (names(tag, digest, force)) return false;
  const http::Response response = state_->put(manifest, tag);
  // Most registries say by what digest they have stored what was called by its tag alone.
  if (!announced_digest(response) && !state_->head(digest.to_string())) {
    throw Error(ErrorCode::Untrusted,
                fmt::format("'{}' has stored something else than manifest {}", this->name(), digest.to_string()));
  }
  return true;
}

std::vector<std::string> Registry::list_tags() {
  auto tags = state_->session.list_names(state_->session.path("tags/list?n=1000"), "tags", Access::Pull);
  if (!tags) return {};  // no such repository: nothing was pushed yet
  std::erase_if(*tags, [](const std::string& tag) { return !is_tag(tag); });
  return std::move(*tags);
}

std::vector<Descriptor> Registry::referrers(const Digest& subject, std::string_view artifact_type) {
  std::vector<Descriptor> result = state_->referrers.list(subject);
  for (Descriptor& entry : result) {
    if (entry.artifact_type == media_type::kEmpty) read_type(*this, entry);
  }
  if (!artifact_type.empty())
    std::erase_if(result, [&](const Descriptor& entry) { return entry.artifact_type != artifact_type; });
  return result;
}

bool Registry::delete_tag(const std::string& tag) {
  check_tag(tag);
  const http::Response response = state_->session.send(
      {.method = "DELETE", .url = state_->session.path("manifests/" + tag), .access = Access::Delete});
  if (response.status == 202 || response.status == 200) return true;
  // docker-registry before version 3 takes the tag for a malformed digest.
  if (response.status == 400 || response.status == 405 || response.status == 501) return false;
  throw state_->session.error(response, fmt::format("delete the tag '{}'", tag));
}

void Registry::delete_manifest(const Digest& digest) {
  const Call call{
      .method = "DELETE", .url = state_->session.path("manifests/" + digest.to_string()), .access = Access::Delete};
  const http::Response response = state_->session.send(call);
  if (response.status == 202 || response.status == 200) return;
  if (response.status == 405 || has_error_code(response, "UNSUPPORTED")) {
    throw Error(ErrorCode::Denied, fmt::format("'{}' allows no deletes", name()));
  }
  throw state_->session.error(response, fmt::format("delete manifest {}", digest.to_string()));
}

}  // namespace waybill::oci

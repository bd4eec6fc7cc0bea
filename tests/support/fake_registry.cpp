#include "tests/support/fake_registry.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "core/bytes.h"
#include "core/digest.h"
#include "core/json/reader.h"
#include "core/json/writer.h"

namespace waybill::testing {
namespace {

constexpr const char* kIndexType = "application/vnd.oci.image.index.v1+json";

FakeResponse failure(int status, const std::string& code) {
  return {status,
          {{"Content-Type", "application/json"}},
          fmt::format(R"({{"errors":[{{"code":"{}","message":"as told"}}]}})", code)};
}

std::string after(const std::string& text, const std::string& marker) {
  const std::size_t found = text.find(marker);
  return found == std::string::npos ? "" : text.substr(found + marker.size());
}

std::string before(const std::string& text, const std::string& marker) { return text.substr(0, text.find(marker)); }

// A value of the query, as it is written there.
std::string query(const FakeRequest& request, const std::string& name) {
  const std::string all = "&" + after(request.target, "?");
  return before(after(all, "&" + name + "="), "&");
}

std::uint64_t number(const std::string& text) {
  std::uint64_t result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

std::string digest_of(const std::string& bytes, DigestAlgorithm algorithm = DigestAlgorithm::Sha256) {
  return waybill::digest_of(algorithm, bytes).to_string();
}

// By the algorithm of a digest that somebody names.
std::string digest_like(const std::string& name, const std::string& bytes) {
  return digest_of(bytes, name.starts_with("sha512:") ? DigestAlgorithm::Sha512 : DigestAlgorithm::Sha256);
}

bool is_tag_of_digest(const std::string& name) { return name.starts_with("sha256-") || name.starts_with("sha512-"); }

std::string basic(const std::string& password) { return "Basic " + to_base64(as_bytes(password)); }

bool is_digest(const std::string& name) { return name.find(':') != std::string::npos; }

}  // namespace

FakeRegistry::FakeRegistry(FakeRegistrySwitches switches)
    : switches_(std::move(switches)),
      valid_token_(switches_.token),
      server_([this](const FakeRequest& request) { return handle(request); }, CutRequests::Handled) {}

std::optional<std::string> FakeRegistry::blob(const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, repository] : repositories_) {
    if (const auto found = repository.blobs.find(digest); found != repository.blobs.end()) return found->second;
  }
  return std::nullopt;
}

std::optional<std::string> FakeRegistry::manifest(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [own, repository] : repositories_) {
    const auto tag = repository.tags.find(name);
    const auto found = repository.manifests.find(tag == repository.tags.end() ? name : tag->second);
    if (found != repository.manifests.end()) return found->second.bytes;
  }
  return std::nullopt;
}

std::string FakeRegistry::add_blob(const std::string& repository, const std::string& bytes, DigestAlgorithm algorithm) {
  const std::lock_guard lock(mutex_);
  const std::string digest = digest_of(bytes, algorithm);
  repositories_[repository].blobs[digest] = bytes;
  return digest;
}

std::string FakeRegistry::add_manifest(const std::string& repository, const std::string& type, const std::string& bytes,
                                       const std::string& tag, DigestAlgorithm algorithm) {
  const std::lock_guard lock(mutex_);
  const std::string digest = digest_of(bytes, algorithm);
  repositories_[repository].manifests[digest] = {type, bytes};
  if (!tag.empty()) repositories_[repository].tags[tag] = digest;
  return digest;
}

void FakeRegistry::remove_manifest(const std::string& repository, const std::string& digest) {
  const std::lock_guard lock(mutex_);
  repositories_[repository].manifests.erase(digest);
}

void FakeRegistry::set_quota(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  switches_.quota = bytes;
}

std::vector<std::string> FakeRegistry::tags_too_early() const {
  const std::lock_guard lock(mutex_);
  return too_early_;
}

std::uint64_t FakeRegistry::uploaded_bytes() const {
  const std::lock_guard lock(mutex_);
  return uploaded_;
}

void FakeRegistry::forget(const std::string& repository) {
  const std::lock_guard lock(mutex_);
  repositories_.erase(repository);
  std::erase_if(uploads_, [&](const auto& each) { return each.second.repository == repository; });
}

void FakeRegistry::expect_referrers(std::size_t count) {
  const std::lock_guard lock(mutex_);
  expected_referrers_ = count;
}

FakeResponse FakeRegistry::give_token(const FakeRequest& request) {
  if (request.method == "POST") {
    if (switches_.no_token_post) return failure(405, "UNSUPPORTED");
    if (request.body.find("refresh_token=" + switches_.identity_token) == std::string::npos ||
        switches_.identity_token.empty()) {
      return failure(401, "UNAUTHORIZED");
    }
  } else if (!switches_.password.empty() && request.header("authorization") != basic(switches_.password)) {
    return failure(401, "UNAUTHORIZED");
  }
  return {200, {}, fmt::format(R"({{"token":"{}","expires_in":{}}})", valid_token_, switches_.token_life)};
}

FakeResponse FakeRegistry::handle(const FakeRequest& request) {
  const std::lock_guard lock(mutex_);
  if (request.path() == "/token") return give_token(request);
  const bool is_upload = request.path().find("/blobs/uploads/") != std::string::npos;
  if (is_upload) uploaded_ += request.body.size();
  if (is_upload && switches_.quota != 0 && request.method != "GET") {
    // In Harbor's words.
    std::uint64_t held = request.body.size();
    for (const auto& [name, repository] : repositories_) {
      for (const auto& [digest, bytes] : repository.blobs) held += bytes.size();
    }
    for (const auto& [id, upload] : uploads_) held += upload.bytes.size();
    if (held > switches_.quota) {
      return {
          403,
          {{"Content-Type", "application/json"}},
          R"({"errors":[{"code":"DENIED","message":"adding 18.0 MiB of storage resource, which when updated to current usage of 20.0 MiB will exceed the configured upper limit of 30.0 MiB."}]})"};
    }
  }
  if (!request.complete && !is_upload) return {};
  if (request.method == "DELETE" && !is_upload) return failure(405, "UNSUPPORTED");
  if (switches_.refusals > 0 && request.target.find(switches_.refused_path) != std::string::npos &&
      switches_.refusals_after-- <= 0) {
    --switches_.refusals;
    FakeResponse response = failure(switches_.refusal_status, "TOOMANYREQUESTS");
    if (!switches_.retry_after.empty()) response.headers.emplace_back("Retry-After", switches_.retry_after);
    return response;
  }
  if (switches_.basic && request.header("authorization") != basic(switches_.password)) {
    FakeResponse response = failure(401, "UNAUTHORIZED");
    response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"fake\"");
    return response;
  }
  if (switches_.token_expirations > 0 && request.method + " " == before(switches_.token_expires_at, " ") + " " &&
      request.path().find(after(switches_.token_expires_at, " ")) != std::string::npos) {
    --switches_.token_expirations;
    valid_token_ += "+";
  }
  if (!switches_.token.empty() && request.header("authorization") != "Bearer " + valid_token_) {
    FakeResponse response = failure(401, "UNAUTHORIZED");
    response.headers.emplace_back(
        "WWW-Authenticate",
        fmt::format(R"(Bearer realm="http://{}/token",service="fake",scope="repository:team/app:pull")",
                    request.header("host")));
    return response;
  }
  if (switches_.largest_body != 0 && request.body.size() > switches_.largest_body)
    return {413, {{"Content-Type", "text/html"}}, "<html>413 Request Entity Too Large</html>"};
  FakeResponse response = authorized(request);
  if (!switches_.warning.empty())
    response.headers.emplace_back("Warning", fmt::format("299 - \"{}\"", switches_.warning));
  return response;
}

FakeResponse FakeRegistry::authorized(const FakeRequest& request) {
  const std::string path = request.path();
  if (path == "/v2/") return {};
  const std::string rest = after(path, "/v2/");
  if (path.find("/blobs/uploads/") != std::string::npos) {
    return request.method == "POST" ? begin_upload(request, before(rest, "/blobs/")) : upload(request);
  }
  if (const std::string digest = after(path, "/blobs/"); !digest.empty())
    return serve_blob(request, repositories_[before(rest, "/blobs/")], digest);
  const auto delayed = [&](FakeResponse response) {
    response.delay = switches_.manifest_delay;
    return response;
  };
  if (const std::string digest = after(path, "/referrers/"); !digest.empty())
    return delayed(list_referrers(request, repositories_[before(rest, "/referrers/")], digest));
  if (path.ends_with("/tags/list")) return list_tags(request, repositories_[before(rest, "/tags/list")]);
  const std::string name = after(path, "/manifests/");
  if (name.empty()) return failure(404, "NAME_UNKNOWN");
  Repository& repository = repositories_[before(rest, "/manifests/")];
  return delayed(request.method == "PUT" ? store_manifest(request, repository, name)
                                         : serve_manifest(request, repository, name));
}

FakeResponse FakeRegistry::serve_blob(const FakeRequest& request, Repository& repository, const std::string& digest) {
  const auto found = repository.blobs.find(digest);
  if (found == repository.blobs.end()) return failure(404, "BLOB_UNKNOWN");
  const auto size = static_cast<std::int64_t>(found->second.size()) + switches_.size_error;
  if (request.method == "HEAD") return {200, {{"Content-Length", std::to_string(size)}}, ""};
  if (!switches_.blob_redirect.empty())
    return {307, {{"Location", fmt::format("http://{}/storage/{}", switches_.blob_redirect, digest)}}, ""};
  FakeResponse response{200, {{"Content-Type", "application/octet-stream"}}, found->second};
  response.delay = switches_.blob_delay;
  if (switches_.wrong_blob) response.body.back() = static_cast<char>(response.body.back() ^ 1);
  if (switches_.size_error > 0) response.body += std::string(static_cast<std::size_t>(switches_.size_error), '+');
  if (switches_.size_error < 0) response.body.resize(static_cast<std::size_t>(size));
  if (!switches_.content_encoding.empty())
    response.headers.emplace_back("Content-Encoding", switches_.content_encoding);
  if (const std::string range = after(request.header("range"), "bytes=");
      !range.empty() && switches_.ranges != FakeRanges::Ignored) {
    const std::uint64_t whole = response.body.size();
    std::uint64_t first = number(range);
    if (first >= whole || switches_.ranges == FakeRanges::Refused) {
      return {416, {{"Content-Range", fmt::format("bytes */{}", whole)}}, ""};
    }
    if (switches_.ranges == FakeRanges::WrongOffset) first -= std::min<std::uint64_t>(first, 3);
    response.status = 206;
    response.body = response.body.substr(first);
    if (switches_.ranges != FakeRanges::WithoutContentRange)
      response.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", first, whole - 1, whole));
  }
  if (switches_.truncated_blobs > 0) {
    --switches_.truncated_blobs;
    response.cut = response.body.size() / 2;
  } else if (switches_.stalled_blobs > 0) {
    --switches_.stalled_blobs;
    response.cut = response.body.size() / 2;
    response.stalls = true;
  }
  return response;
}

std::string FakeRegistry::location(const FakeRequest& request, const std::string& id, const Upload& upload) const {
  std::string result = fmt::format("/v2/{}/blobs/uploads/{}", upload.repository, id);
  result += switches_.location_query ? fmt::format("?state=a%2F{}", upload.state) : fmt::format("-{}", upload.state);
  return switches_.relative_location ? result : fmt::format("http://{}{}", request.header("host"), result);
}

FakeResponse FakeRegistry::begin_upload(const FakeRequest& request, const std::string& repository) {
  if (const std::string digest = query(request, "mount"); !digest.empty()) {
    std::string from = query(request, "from");
    for (std::size_t at = from.find("%2F"); at != std::string::npos; at = from.find("%2F")) from.replace(at, 3, "/");
    const auto source = repositories_[from].blobs.find(digest);
    if (switches_.mount == FakeMount::Unknown) return failure(404, "NAME_UNKNOWN");
    if (switches_.mount == FakeMount::Linked && source != repositories_[from].blobs.end()) {
      repositories_[repository].blobs[digest] = source->second;
      return {201, {{"Location", fmt::format("/v2/{}/blobs/{}", repository, digest)}}, ""};
    }
  }
  if (const std::string digest = query(request, "digest"); !digest.empty() && !switches_.single_post_drops_body) {
    repositories_[repository].blobs[digest_like(digest, request.body)] = request.body;
    return {201, {}, ""};
  }
  const std::string id = fmt::format("session-{}", ++uploads_begun_);
  Upload& upload = uploads_[id];
  upload.repository = repository;
  FakeResponse response{202, {{"Location", location(request, id, upload)}, {"Range", "0-0"}}, ""};
  if (switches_.chunk_min_length != 0)
    response.headers.emplace_back("OCI-Chunk-Min-Length", std::to_string(switches_.chunk_min_length));
  return response;
}

FakeResponse FakeRegistry::upload(const FakeRequest& request) {
  std::string id = after(request.path(), "/blobs/uploads/");
  std::string state = after(request.target, "state=a%2F");
  if (!switches_.location_query) {
    state = after(after(id, "-"), "-");
    id = id.substr(0, id.rfind('-'));
  }
  const auto found = uploads_.find(id);
  if (found == uploads_.end()) return failure(404, "BLOB_UPLOAD_UNKNOWN");
  Upload& upload = found->second;
  if (switches_.latest_location_only && static_cast<int>(number(before(state, "&"))) != upload.state)
    return failure(404, "BLOB_UPLOAD_INVALID");
  if (++upload.requests == 2 && switches_.forgotten_uploads > 0) {
    --switches_.forgotten_uploads;
    uploads_.erase(found);
    return failure(404, "BLOB_UPLOAD_UNKNOWN");
  }
  if (!request.complete && !switches_.keeps_cut_chunks) {
    uploads_.erase(found);
    return {};
  }
  if (request.method == "GET") {
    const std::size_t last = upload.bytes.empty() ? 0 : upload.bytes.size() - 1;
    return {204, {{"Range", fmt::format("0-{}", last)}, {"Location", location(request, id, upload)}}, ""};
  }
  if (request.method == "DELETE") {
    uploads_.erase(found);
    return {204, {}, ""};
  }
  if (request.header("content-type") != "application/octet-stream") return failure(400, "DIGEST_INVALID");
  const std::string range = request.header("content-range");
  if (!range.empty() && number(range) != upload.bytes.size()) {
    const std::size_t last = upload.bytes.empty() ? 0 : upload.bytes.size() - 1;
    return {416, {{"Range", fmt::format("0-{}", last)}, {"Location", location(request, id, upload)}}, ""};
  }
  return request.method == "PATCH" ? take_chunk(request, upload, id) : close_upload(request, upload, id);
}

FakeResponse FakeRegistry::take_chunk(const FakeRequest& request, Upload& upload, const std::string& id) {
  std::string bytes = request.body;
  if (request.complete && bytes.size() < switches_.chunk_min_length) return failure(400, "SIZE_INVALID");
  if (switches_.half_chunks > 0) {
    --switches_.half_chunks;
    bytes.resize(bytes.size() / 2);
  }
  upload.bytes += bytes;
  if (!request.complete) return {};  // its Location stays good
  FakeResponse response;
  if (switches_.lost_chunk_answers > 0) {
    --switches_.lost_chunk_answers;
    response.dropped = true;
    return response;
  }
  ++upload.state;
  return {
      202, {{"Location", location(request, id, upload)}, {"Range", fmt::format("0-{}", upload.bytes.size() - 1)}}, ""};
}

FakeResponse FakeRegistry::close_upload(const FakeRequest& request, Upload& upload, const std::string& id) {
  if (!request.complete) {
    upload.bytes += request.body;
    return {};
  }
  const std::string bytes = upload.bytes + request.body;
  const std::string wanted = query(request, "digest");
  if (wanted != digest_like(wanted, bytes) && !switches_.unchecked) return failure(400, "DIGEST_INVALID");
  repositories_[upload.repository].blobs[wanted] = bytes;
  uploads_.erase(id);
  FakeResponse response{201, {}, ""};
  if (switches_.digest_headers) {
    response.headers.emplace_back("Docker-Content-Digest",
                                  switches_.wrong_digest_header ? digest_of("something else") : wanted);
  }
  return response;
}

FakeResponse FakeRegistry::serve_manifest(const FakeRequest& request, Repository& repository, const std::string& name) {
  const auto tag = repository.tags.find(name);
  const auto found = repository.manifests.find(tag == repository.tags.end() ? name : tag->second);
  if (found == repository.manifests.end()) return failure(404, "MANIFEST_UNKNOWN");
  if (request.header("accept").find(found->second.type) == std::string::npos) return failure(404, "MANIFEST_UNKNOWN");
  FakeResponse response{200, {{"Content-Type", found->second.type}}, found->second.bytes};
  if (switches_.wrong_type) {
    response.headers.front().second =
        found->second.type == kIndexType ? "application/vnd.oci.image.manifest.v1+json" : kIndexType;
  }
  if (switches_.if_match != FakeIfMatch::NoETag)
    response.headers.emplace_back("ETag", fmt::format("\"{}\"", found->first));
  if (switches_.digest_headers) {
    response.headers.emplace_back("Docker-Content-Digest",
                                  switches_.wrong_digest_header ? digest_of("something else") : found->first);
  }
  return response;
}

bool FakeRegistry::has_children(const Repository& repository, const Value& index) const {
  const Value* children = index.find("manifests");
  return children == nullptr || std::ranges::all_of(children->items(), [&](const Value& child) {
           return repository.manifests.contains(child.text_or("digest", ""));
         });
}

// Whether all that a manifest names is there, and what must refer to it.
bool FakeRegistry::is_whole(const Repository& repository, const std::string& digest) const {
  const auto found = repository.manifests.find(digest);
  if (found == repository.manifests.end()) return false;
  const Value document = json::parse(found->second.bytes, "manifest");
  const auto has = [&](const Value& item, const auto& content) {
    return content.find(item.text_or("digest", "")) != content.end();
  };
  bool whole = true;
  if (const Value* config = document.find("config")) whole = whole && has(*config, repository.blobs);
  if (const Value* layers = document.find("layers")) {
    for (const Value& layer : layers->items()) {
      const bool may_be_missing = layer.text_or("mediaType", "").find(".nondistributable.") != std::string::npos;
      whole = whole && (may_be_missing || has(layer, repository.blobs));
    }
  }
  if (const Value* children = document.find("manifests")) {
    for (const Value& child : children->items()) whole = whole && is_whole(repository, child.text_or("digest", ""));
  }
  return whole;
}

FakeResponse FakeRegistry::store_manifest(const FakeRequest& request, Repository& repository, const std::string& name) {
  const std::string bytes = request.body + (switches_.damages_manifests && !is_digest(name) ? " " : "");
  const std::string digest = digest_like(name, bytes);
  if (is_digest(name) && name != digest) return failure(400, "DIGEST_INVALID");
  const Value document = json::parse(bytes, "manifest");
  if (document.text_or("mediaType", "") != request.header("content-type")) return failure(400, "MANIFEST_INVALID");
  if (const std::string expected = request.header("if-match");
      !expected.empty() && switches_.if_match == FakeIfMatch::Honoured) {
    const auto held = repository.tags.find(name);
    if (held == repository.tags.end() || expected != fmt::format("\"{}\"", held->second))
      return failure(412, "PRECONDITION_FAILED");
  }
  if (switches_.refuses_sparse_indexes && !has_children(repository, document))
    return failure(404, "MANIFEST_BLOB_UNKNOWN");
  repository.manifests[digest] = {request.header("content-type"), bytes};
  if (!is_digest(name)) {
    repository.tags[name] = digest;
    std::size_t referrers = 0;
    const auto refers = [&](const std::string& own, const Manifest& each) {
      const Value document_of = json::parse(each.bytes, "manifest");
      const Value* subject = document_of.find("subject");
      return subject != nullptr && subject->text_or("digest", "") == digest && is_whole(repository, own);
    };
    for (const auto& [own, each] : repository.manifests) {
      if (refers(own, each)) ++referrers;
    }
    if (!is_whole(repository, digest) || (!is_tag_of_digest(name) && referrers < expected_referrers_))
      too_early_.push_back(name);
    if (is_tag_of_digest(name) && switches_.lost_referrers > 0) {
      --switches_.lost_referrers;
      const std::string other = fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[]}})", kIndexType);
      repository.manifests[digest_of(other)] = {kIndexType, other};
      repository.tags[name] = digest_of(other);
    }
  }
  FakeResponse response{201, {}, ""};
  if (switches_.digest_headers) response.headers.emplace_back("Docker-Content-Digest", digest);
  const Value* subject = document.find("subject");
  if (subject != nullptr && (switches_.referrers_api || switches_.announce_subject)) {
    response.headers.emplace_back("OCI-Subject", subject->text_or("digest", ""));
  }
  return response;
}

std::string FakeRegistry::link(const FakeRequest& request, const std::string& own_query) const {
  const std::string host = switches_.absolute_links ? "http://" + request.header("host") : "";
  return fmt::format("<{}{}?{}>; rel=\"next\"", host, request.path(), own_query);
}

FakeResponse FakeRegistry::list_referrers(const FakeRequest& request, Repository& repository,
                                          const std::string& digest) {
  if (!switches_.referrers_api) {
    if (switches_.referrers_status == 200) return {200, {{"Content-Type", "text/html"}}, "<html>Please log in</html>"};
    if (!switches_.referrers_error.empty()) return failure(switches_.referrers_status, switches_.referrers_error);
    return {switches_.referrers_status, {{"Content-Type", "text/plain"}}, "404 page not found\n"};
  }
  Value list = Value::list();
  for (const auto& [own, manifest] : repository.manifests) {
    const Value document = json::parse(manifest.bytes, "manifest");
    const Value* subject = document.find("subject");
    if (subject == nullptr || subject->text_or("digest", "") != digest) continue;
    list.push_back(Value::map({{"mediaType", manifest.type},
                               {"digest", own},
                               {"size", std::uint64_t{manifest.bytes.size()}},
                               {"artifactType", document.text_or("artifactType", "")}}));
  }
  FakeResponse response{200, {{"Content-Type", kIndexType}}, ""};
  if (switches_.paged && list.items().size() > 1) {
    const std::string page = after(request.target, "page=");
    const std::size_t number_of_page = page.empty() ? 0 : std::stoul(page);
    if (number_of_page + 1 < list.items().size())
      response.headers.emplace_back("Link", link(request, fmt::format("page={}", number_of_page + 1)));
    list = Value::list({list.items().at(number_of_page)});
  }
  response.body = json::write(Value::map({{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", list}}));
  return response;
}

FakeResponse FakeRegistry::list_tags(const FakeRequest& request, Repository& repository) {
  const std::string last = after(request.target, "last=");
  std::string names;
  FakeResponse response;
  for (auto tag = repository.tags.upper_bound(last); tag != repository.tags.end(); ++tag) {
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ",", tag->first);
    if (switches_.paged) {
      if (std::next(tag) != repository.tags.end())
        response.headers.emplace_back("Link", link(request, "last=" + tag->first));
      break;
    }
  }
  response.body = fmt::format(R"({{"name":"team/app","tags":[{}]}})", names);
  return response;
}

}  // namespace waybill::testing

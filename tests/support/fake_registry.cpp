#include "tests/support/fake_registry.h"

#include <fmt/core.h>

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

std::string digest_of(const std::string& bytes) { return sha256(bytes).to_string(); }

}  // namespace

FakeRegistry::FakeRegistry(FakeRegistrySwitches switches)
    : switches_(std::move(switches)), server_([this](const FakeRequest& request) { return handle(request); }) {}

std::optional<std::string> FakeRegistry::blob(const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = blobs_.find(digest);
  return found == blobs_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> FakeRegistry::manifest(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto tag = tags_.find(name);
  const auto found = manifests_.find(tag == tags_.end() ? name : tag->second);
  return found == manifests_.end() ? std::nullopt : std::optional(found->second.bytes);
}

FakeResponse FakeRegistry::handle(const FakeRequest& request) {
  const std::lock_guard lock(mutex_);
  if (request.path() == "/token") {
    if (!switches_.password.empty() &&
        request.header("authorization") != "Basic " + to_base64(as_bytes(switches_.password))) {
      return failure(401, "UNAUTHORIZED");
    }
    return {200, {}, fmt::format(R"({{"token":"{}","expires_in":300}})", switches_.token)};
  }
  if (switches_.refusals > 0 && request.target.find(switches_.refused_path) != std::string::npos) {
    --switches_.refusals;
    FakeResponse response = failure(switches_.refusal_status, "TOOMANYREQUESTS");
    if (!switches_.retry_after.empty()) response.headers.emplace_back("Retry-After", switches_.retry_after);
    return response;
  }
  if (switches_.basic && request.header("authorization") != "Basic " + to_base64(as_bytes(switches_.password))) {
    FakeResponse response = failure(401, "UNAUTHORIZED");
    response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"fake\"");
    return response;
  }
  if (!switches_.token.empty() && request.header("authorization") != "Bearer " + switches_.token) {
    FakeResponse response = failure(401, "UNAUTHORIZED");
    response.headers.emplace_back(
        "WWW-Authenticate",
        fmt::format(R"(Bearer realm="http://{}/token",service="fake",scope="repository:team/app:pull")",
                    request.header("host")));
    return response;
  }
  FakeResponse response = authorized(request);
  if (!switches_.warning.empty())
    response.headers.emplace_back("Warning", fmt::format("299 - \"{}\"", switches_.warning));
  return response;
}

FakeResponse FakeRegistry::authorized(const FakeRequest& request) {
  const std::string path = request.path();
  if (path == "/v2/") return {};
  if (path.find("/blobs/uploads/") != std::string::npos) return upload(request);
  if (const std::string digest = after(path, "/blobs/"); !digest.empty()) return serve_blob(request, digest);
  if (const std::string digest = after(path, "/referrers/"); !digest.empty()) return list_referrers(request, digest);
  if (path.ends_with("/tags/list")) return list_tags(request);
  const std::string name = after(path, "/manifests/");
  if (name.empty()) return failure(404, "NAME_UNKNOWN");
  return request.method == "PUT" ? store_manifest(request, name) : serve_manifest(request, name);
}

FakeResponse FakeRegistry::serve_blob(const FakeRequest& request, const std::string& digest) {
  const auto found = blobs_.find(digest);
  if (found == blobs_.end()) return failure(404, "BLOB_UNKNOWN");
  if (request.method == "HEAD") return {200, {{"Content-Length", std::to_string(found->second.size())}}, ""};
  if (!switches_.blob_redirect.empty())
    return {307, {{"Location", fmt::format("http://{}/storage/{}", switches_.blob_redirect, digest)}}, ""};
  FakeResponse response{200, {{"Content-Type", "application/octet-stream"}}, found->second};
  if (switches_.wrong_blob) response.body.back() = static_cast<char>(response.body.back() ^ 1);
  if (switches_.truncated_blobs > 0) {
    --switches_.truncated_blobs;
    response.cut = response.body.size() / 2;
  }
  return response;
}

FakeResponse FakeRegistry::upload(const FakeRequest& request) {
  if (request.method == "POST") {
    const std::string relative = request.path() + "session-1?state=a%2Fb";
    return {202,
            {{"Location",
              switches_.relative_location ? relative : fmt::format("http://{}{}", request.header("host"), relative)}},
            ""};
  }
  if (request.target.find("state=a%2Fb") == std::string::npos) return failure(404, "BLOB_UPLOAD_UNKNOWN");
  if (request.header("content-type") != "application/octet-stream") return failure(400, "DIGEST_INVALID");
  const std::string digest = digest_of(request.body);
  if (after(request.target, "digest=") != digest) return failure(400, "DIGEST_INVALID");
  blobs_[digest] = request.body;
  return {201, {{"Docker-Content-Digest", switches_.wrong_digest_header ? digest_of("something else") : digest}}, ""};
}

FakeResponse FakeRegistry::serve_manifest(const FakeRequest& request, const std::string& name) {
  const auto tag = tags_.find(name);
  const auto found = manifests_.find(tag == tags_.end() ? name : tag->second);
  if (found == manifests_.end()) return failure(404, "MANIFEST_UNKNOWN");
  if (request.header("accept").find(found->second.type) == std::string::npos) return failure(404, "MANIFEST_UNKNOWN");
  FakeResponse response{200, {{"Content-Type", found->second.type}}, found->second.bytes};
  if (switches_.digest_headers) {
    response.headers.emplace_back("Docker-Content-Digest",
                                  switches_.wrong_digest_header ? digest_of("something else") : found->first);
  }
  return response;
}

FakeResponse FakeRegistry::store_manifest(const FakeRequest& request, const std::string& name) {
  const std::string digest = digest_of(request.body);
  if (name.starts_with("sha256:") && name != digest) return failure(400, "DIGEST_INVALID");
  const Value document = json::parse(request.body, "manifest");
  if (document.text_or("mediaType", "") != request.header("content-type")) return failure(400, "MANIFEST_INVALID");
  manifests_[digest] = {request.header("content-type"), request.body};
  if (!name.starts_with("sha256:")) {
    tags_[name] = digest;
    if (name.starts_with("sha256-") && switches_.lost_referrers > 0) {
      --switches_.lost_referrers;
      const std::string other = fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[]}})", kIndexType);
      manifests_[digest_of(other)] = {kIndexType, other};
      tags_[name] = digest_of(other);
    }
  }
  FakeResponse response{201, {{"Docker-Content-Digest", digest}}, ""};
  const Value* subject = document.find("subject");
  if (subject != nullptr && (switches_.referrers_api || switches_.announce_subject)) {
    response.headers.emplace_back("OCI-Subject", subject->text_or("digest", ""));
  }
  return response;
}

FakeResponse FakeRegistry::list_referrers(const FakeRequest& request, const std::string& digest) {
  if (!switches_.referrers_api) return {404, {{"Content-Type", "text/plain"}}, "404 page not found\n"};
  Value list = Value::list();
  for (const auto& [own, manifest] : manifests_) {
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
    const std::size_t number = page.empty() ? 0 : std::stoul(page);
    if (number + 1 < list.items().size()) {
      response.headers.emplace_back("Link", fmt::format("<{}?page={}>; rel=\"next\"", request.path(), number + 1));
    }
    list = Value::list({list.items().at(number)});
  }
  response.body = json::write(Value::map({{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", list}}));
  return response;
}

FakeResponse FakeRegistry::list_tags(const FakeRequest& request) {
  const std::string last = after(request.target, "last=");
  std::string names;
  FakeResponse response;
  for (auto tag = tags_.upper_bound(last); tag != tags_.end(); ++tag) {
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ",", tag->first);
    if (switches_.paged) {
      if (std::next(tag) != tags_.end())
        response.headers.emplace_back("Link", fmt::format("<{}?last={}>; rel=\"next\"", request.path(), tag->first));
      break;
    }
  }
  response.body = fmt::format(R"({{"name":"team/app","tags":[{}]}})", names);
  return response;
}

}  // namespace waybill::testing

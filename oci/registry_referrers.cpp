#include "oci/registry_referrers.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "oci/manifest.h"
#include "oci/media_types.h"

namespace waybill::oci {
namespace {

constexpr unsigned kMostPages = 1000;
constexpr unsigned kMostRaces = 5;

const http::Headers kAcceptIndex = {{"Accept", std::string(media_type::kImageIndex)}};

bool contains(const std::vector<Descriptor>& entries, const Digest& digest) {
  return std::any_of(entries.begin(), entries.end(), [&](const Descriptor& entry) { return entry.digest == digest; });
}

}  // namespace

std::optional<std::vector<Descriptor>> RegistryReferrers::own_list(const Digest& subject) {
  if (has_no_address_) return std::nullopt;
  std::vector<Descriptor> result;
  std::string url = session_.path("referrers/" + subject.to_string());
  for (unsigned page = 0; page < kMostPages; ++page) {
    const http::Response response = session_.send({.url = url, .headers = kAcceptIndex});
    if (response.status == 404 && has_error_code(response, "NAME_UNKNOWN")) return result;  // no such repository
    const bool is_list = response.status == 200 && media_type_of(response) == media_type::kImageIndex;
    if (response.status == 200 || response.status == 404 || response.status == 400 || response.status == 405 ||
        response.status == 406) {
      if (!is_list) {
        // In the words of a web server, not of a registry that was asked about one manifest: it will not know others.
        if ((response.status == 404 || response.status == 405) && !has_errors(response)) has_no_address_ = true;
        return std::nullopt;
      }
    } else {
      throw session_.error(response, fmt::format("list the referrers of {}", subject.to_string()));
    }
    keeps_lists_ = true;
    for (Descriptor& entry : parse_image_index(response.body, media_type::kImageIndex).manifests) {
      if (!contains(result, entry.digest)) result.push_back(std::move(entry));
    }
    const std::string next = next_link(response);
    if (next.empty()) return result;
    url = session_.resolve(response, next);
  }
  throw Error(ErrorCode::Unavailable, fmt::format("'{}' lists referrers without an end", session_.name()));
}

RegistryReferrers::FallbackList RegistryReferrers::fallback_list(const Digest& subject) {
  const std::string tag = digest_tag(subject);
  const http::Response response = session_.send({.url = session_.path("manifests/" + tag), .headers = kAcceptIndex});
  if (response.status == 404) return {};
  if (response.status != 200) throw session_.error(response, fmt::format("give the list of referrers '{}'", tag));
  if (media_type_of(response) != media_type::kImageIndex) {
    throw Error(ErrorCode::Conflict, fmt::format("tag '{}' of '{}' should list referrers but is '{}'", tag,
                                                 session_.name(), media_type_of(response)));
  }
  return {parse_image_index(response.body, media_type::kImageIndex).manifests, std::string(response.header("ETag"))};
}

std::vector<Descriptor> RegistryReferrers::list(const Digest& subject) {
  std::optional<std::vector<Descriptor>> result = own_list(subject);
  if (!result) result = fallback_list(subject).entries;
  std::sort(result->begin(), result->end(),
            [](const Descriptor& left, const Descriptor& right) { return left.digest < right.digest; });
  return std::move(*result);
}

void RegistryReferrers::drop_missing(std::vector<Descriptor>& entries) {
  std::erase_if(entries, [&](const Descriptor& entry) {
    const Call head{.method = "HEAD",
                    .url = session_.path("manifests/" + entry.digest.to_string()),
                    .headers = {{"Accept", entry.media_type}}};
    return session_.send(head).status == 404;
  });
}

RegistryReferrers::Put RegistryReferrers::put_fallback(const Digest& subject, const std::vector<Descriptor>& entries,
                                                       const std::string& etag) {
  const std::string bytes = to_bytes(ImageIndex{std::string(media_type::kImageIndex), {}, entries, {}, {}});
  const OpenBlob open = opener(bytes);
  const std::string tag = digest_tag(subject);
  Call call{.method = "PUT",
            .url = session_.path("manifests/" + tag),
            .headers = {{"Content-Type", std::string(media_type::kImageIndex)}},
            .access = Access::Push,
            .body = &open,
            .body_size = bytes.size()};
  if (!etag.empty()) call.headers.emplace_back("If-Match", etag);
  const http::Response response = session_.send(call);
  if (response.status == 201 || response.status == 200) return Put::Written;
  if (response.status == 412) return Put::Raced;
  // Entries whose manifests were deleted: some registries refuse the whole list then.
  if (has_error_code(response, "MANIFEST_BLOB_UNKNOWN")) return Put::EntriesMissing;
  throw session_.error(response, fmt::format("take the list of referrers '{}'", tag));
}

std::mutex& RegistryReferrers::writer_of(const Digest& subject) {
  const std::lock_guard lock(mutex_);
  return writers_[subject];
}

void RegistryReferrers::ensure_listed(const Digest& subject, const Descriptor& referrer, bool announced) {
  // Some registries announce a list and keep none, so one is asked for. It may be late.
  if (announced && keeps_lists_) return;
  const std::optional<std::vector<Descriptor>> own = own_list(subject);
  if (own && (announced || contains(*own, referrer.digest))) return;
  const std::lock_guard lock(writer_of(subject));
  std::vector<Descriptor> wanted;
  for (unsigned attempt = 1; attempt <= kMostRaces; ++attempt) {
    auto [entries, etag] = fallback_list(subject);
    // What we have written or seen once must stay, whoever writes at the same time.
    for (const Descriptor& entry : wanted) {
      if (!contains(entries, entry.digest)) entries.push_back(entry);
    }
    const bool complete = contains(entries, referrer.digest) && wanted.empty();
    if (complete) return;
    if (!contains(entries, referrer.digest)) entries.push_back(referrer);
    std::sort(entries.begin(), entries.end(),
              [](const Descriptor& left, const Descriptor& right) { return left.digest < right.digest; });
    Put put = put_fallback(subject, entries, etag);
    if (put == Put::EntriesMissing) {
      drop_missing(entries);
      put = put_fallback(subject, entries, etag);
    }
    const std::vector<Descriptor> now = fallback_list(subject).entries;
    const bool kept = std::all_of(entries.begin(), entries.end(),
                                  [&](const Descriptor& entry) { return contains(now, entry.digest); });
    if (put == Put::Written && kept) return;
    wanted = std::move(entries);
    session_.wait(attempt);
  }
  throw Error(ErrorCode::Conflict, fmt::format("others keep writing the list of referrers of {} in '{}'",
                                               subject.to_string(), session_.name()))
      .hint("try again");
}

}  // namespace waybill::oci

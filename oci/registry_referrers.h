#pragma once
// Who refers to a manifest, in a registry: its own list (distribution-spec 1.1, "Listing Referrers"), or the tag that
// clients keep where there is none ("Referrers Tag Schema"). Part of Registry.
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/session.h"

namespace waybill::oci {

class RegistryReferrers {
 public:
  explicit RegistryReferrers(Session& session) noexcept : session_(session) {}

  [[nodiscard]] std::vector<Descriptor> list(const Digest& subject);
  // After a manifest with a subject was stored: makes sure that it is listed. `announced`: the registry answered
  // OCI-Subject.
  void ensure_listed(const Digest& subject, const Descriptor& referrer, bool announced);

 private:
  // The registry's own list; nullopt when it keeps none.
  [[nodiscard]] std::optional<std::vector<Descriptor>> own_list(const Digest& subject);
  struct FallbackList {
    std::vector<Descriptor> entries;
    std::string etag;  // empty: the server gives none
  };
  enum class Put : std::uint8_t { Written, EntriesMissing, Raced };
  [[nodiscard]] FallbackList fallback_list(const Digest& subject);
  // Some registries write only over the list of that ETag; others do not look at it, so it proves nothing.
  [[nodiscard]] Put put_fallback(const Digest& subject, const std::vector<Descriptor>& entries,
                                 const std::string& etag);
  void drop_missing(std::vector<Descriptor>& entries);
  [[nodiscard]] std::mutex& writer_of(const Digest& subject);

  Session& session_;
  std::atomic<bool> has_no_address_ = false;  // the registry knows no such lists, of whichever manifest
  std::atomic<bool> keeps_lists_ = false;     // it has given one
  std::mutex mutex_;                          // guards writers_
  std::map<Digest, std::mutex> writers_;      // by subject: one writer of its fallback tag at a time in this process
};

}  // namespace waybill::oci

#pragma once
// The date of a change that is under way, kept in the cache until it is pushed: a repeat after a crash makes the same
// commit.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace waybill {

class PendingChange {
 public:
  // `change` names the change whole: equal text, equal date. Without a remembered date the time is `now`.
  PendingChange(const std::filesystem::path& folder, std::string_view change, std::int64_t now);

  [[nodiscard]] std::int64_t time() const noexcept { return time_; }
  void remember() const;
  void forget() const noexcept;

 private:
  std::filesystem::path file_;
  std::int64_t time_;
};

}  // namespace waybill

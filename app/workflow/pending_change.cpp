#include "app/workflow/pending_change.h"

#include <charconv>

#include "core/digest.h"
#include "core/error.h"
#include "core/file_system.h"

namespace fs = std::filesystem;

namespace waybill {

PendingChange::PendingChange(const fs::path& folder, std::string_view change, std::int64_t now)
    : file_(folder / sha256(change).hex()), time_(now) {
  std::error_code ignored;
  if (!fs::exists(file_, ignored)) return;
  const std::string text = read_file(file_, 64);
  std::int64_t remembered = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), remembered);
  // Anything else is a damaged cache, which only costs a new date.
  if (error == std::errc{} && end == text.data() + text.size() && remembered > 0) time_ = remembered;
}

void PendingChange::remember() const {
  fs::create_directories(file_.parent_path());
  write_file(file_, std::to_string(time_), Overwrite::Yes, 0600);
}

void PendingChange::forget() const noexcept {
  std::error_code ignored;
  fs::remove(file_, ignored);
}

}  // namespace waybill

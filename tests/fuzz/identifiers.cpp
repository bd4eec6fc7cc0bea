// The small parsers of identifiers: what they accept they give back unchanged, and what they promise of it is true.
#include <string>

#include "core/bytes.h"
#include "core/digest.h"
#include "core/rel_path.h"
#include "core/semver.h"
#include "tests/fuzz/support.h"

namespace waybill {
namespace {

void check_digest(std::string_view text) {
  if (const auto digest = Digest::try_parse(text))
    fuzz::require(digest->to_string() == text, "a digest is printed as it was read");
}

void check_path(std::string_view text) {
  const auto path = RelPath::try_parse(text);
  if (!path) return;
  fuzz::require(path->text() == text, "a path is kept as it was read");
  const std::string_view parent = path->parent();
  if (parent.empty()) {
    fuzz::require(path->file_name() == text, "a path without a folder is a file name");
  } else {
    const RelPath folder = RelPath::parse(parent);
    fuzz::require(folder / path->file_name() == *path && path->is_within(folder) && !folder.is_within(*path),
                  "folder and file name make the path");
  }
}

void check_versions(std::string_view text) {
  const std::size_t middle = text.find('\n');
  const auto a = SemVer::try_parse(text.substr(0, middle));
  if (!a) return;
  fuzz::require(a->text() == text.substr(0, middle) && SemVer::parse(a->text()) == *a,
                "a version is kept as it was read");
  if (middle == std::string_view::npos) return;
  const auto b = SemVer::try_parse(text.substr(middle + 1));
  if (b)
    fuzz::require((*a < *b) == (*b > *a) && (*a == *b) == (*b == *a), "the order of versions has no contradiction");
}

void check_encodings(std::string_view text) {
  fuzz::require(from_hex(to_hex(as_bytes(text))) == text, "hexadecimal digits give the bytes back");
  fuzz::require(from_base64(to_base64(as_bytes(text))) == text, "base64 gives the bytes back");
  if (const auto bytes = from_base64(text); bytes && text.find_first_of("-_") == std::string_view::npos) {
    fuzz::require(to_base64(as_bytes(*bytes)) == text, "base64 has one spelling");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  check_digest(text);
  check_path(text);
  check_versions(text);
  check_encodings(text);
  return 0;
}
}  // namespace waybill

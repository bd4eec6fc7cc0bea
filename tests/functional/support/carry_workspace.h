#pragma once
// What the tests of save and load share: places with parts, and what is in them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/digest.h"
#include "tests/functional/support/image_layout.h"
#include "tests/functional/support/workspace.h"

namespace waybill::testing {

class CarryWorkspace : public Workspace {
 protected:
  // Below `folder`, in order of their names.
  [[nodiscard]] std::vector<std::filesystem::path> files(const std::string& in) const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder() / in)) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }
  [[nodiscard]] Words temporary_files() const {
    Words found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder())) {
      if (entry.path().filename().string().starts_with(".waybill-")) found.push_back(entry.path().string());
    }
    return found;
  }
  [[nodiscard]] std::string digest_of(const std::string& target) const {
    return at(waybill_json({"inspect", target}), "digest").as_string();
  }
  // Everything below blobs/ is there as it was, and nothing else.
  void expect_same_blobs(const std::string& left, const std::string& right) const {
    EXPECT_EQ(names_and_digests(left), names_and_digests(right));
  }
  [[nodiscard]] Words names_and_digests(const std::string& layout) const {
    Words found;
    for (const auto& entry : std::filesystem::directory_iterator(folder() / layout / "blobs/sha256")) {
      const std::string digest = sha256(read_file(entry.path(), 1ULL << 30)).hex();
      found.push_back(entry.path().filename() == digest ? digest : digest + " as " + entry.path().string());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  static void flip(const std::filesystem::path& file, std::uint64_t position) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(position));
    const auto byte = static_cast<char>(stream.get() ^ 0x40);
    stream.seekp(static_cast<std::streamoff>(position));
    stream.put(byte);
  }
  // An image of 13 MiB as four parts, in "parts"; or with parity.
  void save_image(const Words& more = {}, const std::string& to = "parts") {
    if (!std::filesystem::exists(path("image"))) write_image(path("image"), "v1", 5, 2'700'000);
    ASSERT_THAT(waybill(joined({"save", "oci-layout:image:v1", "--output", to, "--part-size", "4MiB"}, more)),
                Exited(0));
  }
};

}  // namespace waybill::testing

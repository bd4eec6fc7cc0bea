#pragma once
// Images in layouts, written by hand, with layers of random bytes.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace waybill::testing {

// `size` bytes that depend on the seed alone.
[[nodiscard]] std::string random_bytes(std::size_t size, std::uint64_t seed);

// A layout with one image. Returns the manifest's digest.
std::string write_image(const std::filesystem::path& layout, const std::string& tag,
                        const std::vector<std::string>& layers);
// The same with layers that are made one at a time, so that none has to be in memory beside another.
std::string write_image(const std::filesystem::path& layout, const std::string& tag, std::size_t layers,
                        std::size_t size);

}  // namespace waybill::testing

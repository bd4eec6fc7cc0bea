#include "tests/functional/support/image_layout.h"

#include <fmt/core.h>

#include <fstream>
#include <functional>
#include <random>

#include "core/digest.h"
#include "core/file_system.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

std::string put(const fs::path& layout, std::string_view type, const std::string& bytes, const std::string& more = {}) {
  const Digest digest = sha256(bytes);
  const fs::path file = layout / "blobs/sha256" / digest.hex();
  if (!fs::exists(file)) std::ofstream(file, std::ios::binary) << bytes;  // write_file() would wait for the disk
  return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":{}{}}})", type, digest.to_string(), bytes.size(), more);
}

std::string write_with(const fs::path& layout, const std::string& tag, std::size_t count,
                       const std::function<std::string(std::size_t)>& layer) {
  constexpr std::string_view kManifest = "application/vnd.oci.image.manifest.v1+json";
  fs::create_directories(layout / "blobs/sha256");
  std::string layers;
  std::string diff_ids;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string bytes = layer(i);
    const std::string_view comma = i == 0 ? "" : ",";
    layers += fmt::format("{}{}", comma, put(layout, "application/vnd.oci.image.layer.v1.tar", bytes));
    diff_ids += fmt::format(R"({}"{}")", comma, sha256(bytes).to_string());
  }
  const std::string config =
      fmt::format(R"({{"os":"linux","architecture":"amd64","rootfs":{{"type":"layers","diff_ids":[{}]}}}})", diff_ids);
  const std::string manifest =
      fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{}]}})", kManifest,
                  put(layout, "application/vnd.oci.image.config.v1+json", config), layers);
  const std::string entry = put(layout, kManifest, manifest,
                                fmt::format(R"(,"annotations":{{"org.opencontainers.image.ref.name":"{}"}})", tag));
  write_file(layout / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})", Overwrite::Yes);
  write_file(layout / "index.json", fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", entry), Overwrite::Yes);
  return sha256(manifest).to_string();
}

}  // namespace

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes((size + 7) / 8 * 8, '\0');
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    const std::uint64_t number = random();
    for (std::size_t k = 0; k < 8; ++k) bytes[i + k] = static_cast<char>(number >> 8 * k & 0xffU);
  }
  bytes.resize(size);
  return bytes;
}

std::string write_image(const fs::path& layout, const std::string& tag, const std::vector<std::string>& layers) {
  return write_with(layout, tag, layers.size(), [&](std::size_t i) { return layers[i]; });
}

std::string write_image(const fs::path& layout, const std::string& tag, std::size_t layers, std::size_t size) {
  return write_with(layout, tag, layers, [&](std::size_t i) { return random_bytes(size, i + 1); });
}

}  // namespace waybill::testing

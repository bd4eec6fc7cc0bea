#pragma once
// What a repository, a layout or an archive holds, in a few bytes a blob, so that the other side of an air gap can
// leave it out (docs/formats.md, "Receipt").
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/reporter.h"
#include "oci/descriptor.h"
#include "oci/store.h"

namespace waybill::oci {

inline constexpr std::uint64_t kLargestReceipt = 64ULL << 20;

struct Receipt {
  std::string target;                     // what it speaks of, as the user named it
  std::map<Digest, std::uint64_t> blobs;  // manifests too, with their sizes

  [[nodiscard]] bool has(const Descriptor& blob) const;
};

// Equal content, equal bytes.
[[nodiscard]] std::string write_receipt(const Receipt& receipt);
// From untrusted hands: known members only, at most kLargestReceipt bytes. InvalidInput, naming `name`.
[[nodiscard]] Receipt parse_receipt(std::string_view text, const std::string& name);

// Everything that the tags of a store lead to and that is there with the size that it should have. What is incomplete
// is told to `reporter` and left out.
[[nodiscard]] Receipt take_receipt(StoreReader& store, const std::string& target, Reporter& reporter);

}  // namespace waybill::oci

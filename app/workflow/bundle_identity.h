#pragma once
// What every report of a bundle says of it.
#include <cstddef>
#include <string>

#include "core/digest.h"
#include "core/value.h"

namespace waybill {

struct BundleIdentity {
  std::string recipe_digest;
  Digest digest;  // of the uncompressed tree: the layer's diffID
  std::size_t files = 0;
};

// {"recipe": {"digest"}, "bundle": {"digest", "files"}} (cli.md)
[[nodiscard]] inline Value to_value(const BundleIdentity& bundle) {
  return Value::map(
      {{"recipe", Value::map({{"digest", bundle.recipe_digest}})},
       {"bundle", Value::map({{"digest", bundle.digest.to_string()}, {"files", std::uint64_t{bundle.files}}})}});
}

}  // namespace waybill

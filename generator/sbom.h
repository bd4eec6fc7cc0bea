#pragma once
// What a bundle contains, as SPDX 2.3 and CycloneDX 1.6 JSON: every chart, image reference, file and the tool itself,
// equal sets in both, deterministic (no clock: `created` is SOURCE_DATE_EPOCH or 1970). Also the SLSA v1 provenance
// predicate.
#include <cstdint>

#include "core/digest.h"
#include "core/value.h"
#include "generator/bundle.h"
#include "generator/plan.h"

namespace waybill {

struct SbomInput {
  const Bundle& bundle;
  const Recipe& recipe;
  Digest bundle_digest;    // the layer's diffID
  std::int64_t epoch = 0;  // seconds, SOURCE_DATE_EPOCH or 0
};

[[nodiscard]] Value spdx_document(const SbomInput& input);
[[nodiscard]] Value cyclonedx_document(const SbomInput& input);
// Predicate of https://slsa.dev/provenance/v1: what the user typed, recipe and catalogue digests, charts as resolved
// dependencies; no host, path, user, time or random id.
[[nodiscard]] Value provenance_predicate(const SbomInput& input);

}  // namespace waybill

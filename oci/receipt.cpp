#include "oci/receipt.h"

#include <fmt/core.h>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "oci/closure.h"

namespace waybill::oci {
namespace {

constexpr std::string_view kFormat = "waybill-receipt/1";

[[noreturn]] void refuse(const std::string& name, std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("the receipt '{}' is refused: {}", name, why));
}

const std::string& text_of(const Value& value, std::string_view member, const std::string& name) {
  const Value* found = value.find(member);
  if (found == nullptr || !found->is_string()) refuse(name, fmt::format("'{}' is no text", member));
  return found->as_string();
}

}  // namespace

bool Receipt::has(const Descriptor& blob) const {
  const auto found = blobs.find(blob.digest);
  return found != blobs.end() && found->second == blob.size;
}

std::string write_receipt(const Receipt& receipt) {
  Value blobs = Value::map();
  // Their keys are unique and sorted already; set() would look for each.
  for (const auto& [digest, size] : receipt.blobs) {
    const bool is_usual = digest.algorithm() == DigestAlgorithm::Sha256;
    blobs.members().push_back({is_usual ? digest.hex() : digest.to_string(), size});
  }
  return json::write(Value::map({{"format", kFormat}, {"target", receipt.target}, {"blobs", std::move(blobs)}})) + "\n";
}

Receipt parse_receipt(std::string_view text, const std::string& name) {
  const Value value = json::parse(text, name, {.bytes = kLargestReceipt, .depth = 3});
  if (!value.is_map()) refuse(name, "it is no object");
  for (const Value::Member& member : value.members()) {
    if (member.key != "format" && member.key != "target" && member.key != "blobs")
      refuse(name, fmt::format("'{}' is not known", member.key.substr(0, 80)));
  }
  if (text_of(value, "format", name) != kFormat) refuse(name, fmt::format("its format is not '{}'", kFormat));
  const Value* blobs = value.find("blobs");
  if (blobs == nullptr || !blobs->is_map()) refuse(name, "'blobs' is no object");
  Receipt receipt{text_of(value, "target", name), {}};
  for (const Value::Member& member : blobs->members()) {
    const bool is_usual = member.key.find(':') == std::string::npos;
    const auto digest =
        is_usual ? Digest::try_parse(DigestAlgorithm::Sha256, member.key) : Digest::try_parse(member.key);
    if (!digest || is_usual != (digest->algorithm() == DigestAlgorithm::Sha256))
      refuse(name, fmt::format("'{}' is no digest", member.key.substr(0, 80)));
    const auto* size = std::get_if<std::int64_t>(&member.value.data());
    if (size == nullptr || *size < 0) refuse(name, fmt::format("the size of '{}' is no number", member.key));
    receipt.blobs.emplace(*digest, static_cast<std::uint64_t>(*size));
  }
  return receipt;
}

Receipt take_receipt(StoreReader& store, const std::string& target, Reporter& reporter) {
  Receipt receipt{target, {}};
  std::map<Digest, bool> looked_at;
  const auto is_there = [&](const Descriptor& blob) {
    const auto [known, is_new] = looked_at.try_emplace(blob.digest, false);
    if (is_new) known->second = store.exists_blob(blob);
    return known->second;
  };
  for (const std::string& tag : store.list_tags()) {
    try {
      const auto manifest = store.resolve(tag);
      if (!manifest || receipt.has(*manifest)) continue;
      for (const FoundManifest& found : closure_of(store, manifest->digest, WithReferrers::Yes).manifests) {
        receipt.blobs.emplace(found.manifest.descriptor.digest, found.manifest.descriptor.size);
        for (const Descriptor& blob : found.links.blobs) {
          if (is_there(blob)) receipt.blobs.emplace(blob.digest, blob.size);
        }
      }
    } catch (const Error& problem) {
      if (problem.code() != ErrorCode::NotFound) throw;
      reporter.warning(fmt::format("'{}' is not in the receipt: {}", tag, problem.message()));
    }
  }
  return receipt;
}

}  // namespace waybill::oci
